//! Worker on the queue `numbering.fifo`: gives invoices and credit notes their numbers.

use shared::app::clock::AMBIENT;
use shared::app::context::Records;
use shared::app::{ExitCode, queue_worker};
use shared::operations::numbering::number_message;
use shared::queue::{Verdict, batch::QueueMessage};

fn main() -> ExitCode {
    queue_worker::serve(number_document)
}

async fn number_document(
    app: &'static Records,
    message: QueueMessage,
) -> Result<Verdict, queue_worker::Trouble> {
    number_message(&app.store, &message.body, AMBIENT).await
}
