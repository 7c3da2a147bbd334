//! What calls cost: every answer says how many capacity units it consumed.

use aws_sdk_dynamodb::{
    operation::{
        batch_get_item::BatchGetItemOutput, delete_item::DeleteItemOutput, get_item::GetItemOutput,
        put_item::PutItemOutput, query::QueryOutput,
        transact_write_items::TransactWriteItemsOutput, update_item::UpdateItemOutput,
    },
    types::ConsumedCapacity,
};

/// An answer that says what it cost.
pub trait Consumed {
    /// Capacity units, doubled: an eventually consistent read of 4 KB is 1.
    fn half_units(&self) -> u64;
}

macro_rules! consumed {
    ($($output:ty),*) => {$(
        impl Consumed for $output {
            fn half_units(&self) -> u64 {
                self.consumed_capacity.half_units()
            }
        }
    )*};
}

consumed!(
    GetItemOutput,
    BatchGetItemOutput,
    QueryOutput,
    PutItemOutput,
    DeleteItemOutput,
    UpdateItemOutput,
    TransactWriteItemsOutput
);

impl<C: Consumed> Consumed for Option<C> {
    fn half_units(&self) -> u64 {
        self.as_ref().map_or(0, Consumed::half_units)
    }
}

impl<C: Consumed> Consumed for Vec<C> {
    fn half_units(&self) -> u64 {
        self.iter().map(Consumed::half_units).sum()
    }
}

impl Consumed for ConsumedCapacity {
    /// Reads the decimal text, so that no float is computed with.
    fn half_units(&self) -> u64 {
        let text = self.capacity_units().map(|units| units.to_string()).unwrap_or_default();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
        whole.parse().unwrap_or(0_u64) * 2 + u64::from(fraction.starts_with('5'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_doubled_and_summed() {
        let of = |units| ConsumedCapacity::builder().capacity_units(units).build();
        assert_eq!(of(0.5).half_units(), 1);
        assert_eq!(of(1.0).half_units(), 2);
        assert_eq!(of(12.5).half_units(), 25);
        assert_eq!(Some(vec![of(0.5), of(3.0)]).half_units(), 7);
        assert_eq!(None::<ConsumedCapacity>.half_units(), 0);
    }
}
