//! What takes in the events of Stripe, what reads the objects that they name, and what has accounts
//! asked for events that nobody sent.

use super::{Capability, Context, Reconciler, key_service, table};
use crate::{
    app::{App, Config, aws, log, stripe::StripeAccess},
    http::{Request, Result},
    model::Scope,
    operations::{
        Cause, Problem, Resource,
        stripe_events::{NotStripes, admit},
    },
    processor::{Processors, Unreachable, stripe::Stripe},
    queue::sqs::{LookForEvents, Queue, ToldByProcessor, Unsent},
    store::{Meter, Table},
};

/// Largest event that is taken in, in bytes: several times what Stripe sends.
const MAX_EVENT_BYTES: usize = 256 * 1024;

/// The secrets that prove events to be Stripe's, and the queue that they go to.
pub struct StripeDoor {
    stripe: StripeAccess,
    queue: Queue,
}

impl Capability for StripeDoor {
    async fn ready(config: &Config, _: &Table) -> std::result::Result<Self, String> {
        let stripe = StripeAccess::new(config, key_service(config)?);
        Ok(Self { stripe, queue: events_queue(config)? })
    }
}

fn events_queue(config: &Config) -> std::result::Result<Queue, String> {
    Ok(Queue::new(aws::sqs(&config.aws)?, config.stripe_events_queue.clone()))
}

impl<I: Sync> App<I, StripeDoor> {
    /// Takes in an event of the tenant that the path names: nothing but names goes on to the queue.
    ///
    /// # Errors
    /// 404, alike for a tenant that is not there, one without an account, and an event that Stripe has
    /// not signed; 413; 503 where the table or the queue cannot be reached: Stripe sends it again.
    pub async fn take_in(&self, req: &Request) -> Result<()> {
        let unproven = || Problem::NotFound(Resource::ProcessorAccount);
        let body = req.raw(MAX_EVENT_BYTES)?;
        let signature = req.header("stripe-signature").ok_or_else(unproven)?;
        let (tenant, mode) = (req.path("tenant").parse(), req.path("mode").parse());
        let (Ok(tenant), Ok(mode)) = (tenant, mode) else { return Err(unproven()) };
        let scope = Scope { tenant, mode };
        let door = &self.capability;
        let secrets = door.stripe.event_secrets(&self.store, scope, self.now()).await;
        let secrets = secrets.map_err(|Unreachable(why)| Problem::Unavailable(Cause::new(why)))?;
        let secrets = secrets.unwrap_or_default();
        let told = admit(scope, body, signature, &secrets, self.now());
        let told = told.map_err(|NotStripes| unproven())?;
        log::about(scope);
        if let Some(told) = told {
            let sent = door.queue.tell(&told).await;
            sent.map_err(|unsent| Problem::Unavailable(Cause::new(unsent.0)))?;
        }
        Ok(())
    }
}

/// The table, the way to Stripe, and the queue of what is to be read there.
pub struct StripeReader {
    /// Where payments are read, and what Stripe says of them is written.
    pub store: Table,
    stripe: StripeAccess,
    queue: Queue,
}

impl Context for StripeReader {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let store = table(&config)?;
        let stripe = StripeAccess::new(&config, key_service(&config)?);
        Ok(Self { store, stripe, queue: events_queue(&config)? })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl StripeReader {
    /// Who is asked.
    pub fn stripe(&self) -> Stripe<'_> {
        self.stripe.adapter(&self.store)
    }

    /// The same as the registry's only one.
    pub fn processors(&self) -> Processors<'_> {
        Processors::only(self.stripe())
    }

    /// Has what was found on Stripe's list read as if Stripe had sent it.
    pub async fn tell(&self, told: Vec<ToldByProcessor>) -> std::result::Result<(), Unsent> {
        self.queue.tell_all(&told).await
    }
}

/// What reconciles, and the queue on which accounts are asked for events.
pub struct Sweeper {
    /// Asks what became of charges and refunds.
    pub reconciler: Reconciler,
    queue: Queue,
}

impl Context for Sweeper {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let queue = events_queue(&config)?;
        Ok(Self { reconciler: Reconciler::ready(config).await?, queue })
    }

    fn meter(&self) -> Option<&Meter> {
        self.reconciler.meter()
    }
}

impl Sweeper {
    /// Asks for a look at each of these accounts.
    pub async fn look(&self, looks: Vec<LookForEvents>) -> std::result::Result<(), Unsent> {
        self.queue.look_all(&looks).await
    }
}
