//! Worker on the queue `rendering`: makes the files of invoices and credit notes.

use shared::app::clock::AMBIENT;
use shared::app::context::Renderer;
use shared::app::{ExitCode, queue_worker};
use shared::operations::rendering::render;
use shared::queue::{Verdict, batch::QueueMessage};

fn main() -> ExitCode {
    queue_worker::serve(render_document)
}

async fn render_document(
    app: &'static Renderer,
    message: QueueMessage,
) -> Result<Verdict, queue_worker::Trouble> {
    render(app, &message.body, AMBIENT).await
}
