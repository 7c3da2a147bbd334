//! Routes by which members look after their organisation, its products and its links.

use crate::{
    http::{
        links::{
            Links, csv, link_change, link_list, organization, organization_change, payment_link,
            picture, product, qr,
        },
        route::{Action, File, Json, JsonIfAny, NoFields, Plain, routes},
    },
    operations::{ProblemKind, Resource, StateRefusal},
};
use ProblemKind::{Contended, Invalid, NotFound, Repeated, State, Unauthenticated};
use serde_json::value::RawValue;

routes! {
    Links;

    /// the organisation's settings.
    GetOrganization = Get "/api/organization" as "get_organization" {
        answer: Plain<organization::OrganizationView>,
        problems: [Unauthenticated],
    }

    /// changes settings; absent fields stay as they are.
    UpdateOrganization = Patch "/api/organization" as "update_organization" {
        scope: "manage_organization",
        body: Json<organization_change::UpdateOrganization>,
        answer: Plain<organization::OrganizationView>,
        problems: [Invalid, State(StateRefusal::ChangedMeanwhile)],
    }

    /// shows a logo on pages and receipts.
    UploadLogo = Put "/api/organization/logo" as "upload_logo" {
        scope: "manage_organization",
        body: Json<picture::UploadPicture>,
        answer: Plain<picture::LogoView>,
        problems: [Invalid, Contended],
    }

    /// shows no logo any more.
    RemoveLogo = Delete "/api/organization/logo" as "remove_logo" {
        scope: "manage_organization",
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [Contended],
    }

    /// what the organisation sells.
    ListProducts = Get "/api/products" as "list_products" {
        query: product::ListProducts,
        answer: Plain<product::ProductList>,
        problems: [Unauthenticated, Invalid],
    }

    /// one product.
    GetProduct = Get "/api/products/{id}" as "get_product" {
        answer: Plain<product::ProductView>,
        problems: [Unauthenticated, NotFound(Resource::Product)],
    }

    /// changes a product; links that sell it keep it as it was.
    UpdateProduct = Patch "/api/products/{id}" as "update_product" {
        scope: "manage_links",
        body: Json<product::UpdateProduct>,
        answer: Plain<product::ProductView>,
        problems: [NotFound(Resource::Product), Invalid, State(StateRefusal::ChangedMeanwhile)],
    }

    /// archives a product; links that sell it go on.
    DeleteProduct = Delete "/api/products/{id}" as "delete_product" {
        scope: "manage_links",
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [NotFound(Resource::Product), State(StateRefusal::ChangedMeanwhile)],
    }

    /// brings an archived product back.
    RestoreProduct = Post "/api/products/{id}/restore" as "restore_product" {
        scope: "manage_links",
        body: Action<NoFields>,
        answer: Plain<product::ProductView>,
        problems: [
            NotFound(Resource::Product), Invalid, Repeated, State(StateRefusal::TooManyProducts),
            State(StateRefusal::NotDeleted),
        ],
    }

    /// shows a picture of a product in links that are made from now on.
    UploadProductImage = Put "/api/products/{id}/image" as "upload_product_image" {
        scope: "manage_links",
        body: Json<picture::UploadPicture>,
        answer: Plain<product::ProductView>,
        problems: [NotFound(Resource::Product), Invalid, Contended],
    }

    /// new links show no picture of a product any more.
    RemoveProductImage = Delete "/api/products/{id}/image" as "remove_product_image" {
        scope: "manage_links",
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [NotFound(Resource::Product), Contended],
    }

    /// a logo or a picture of a product, for everybody to keep for a year.
    GetImage = Get "/images/{sha256}" as "get_image" {
        answer: File,
        problems: [NotFound(Resource::Picture), State(StateRefusal::NotAcceptable)],
    }

    /// the organisation's links.
    ListPaymentLinks = Get "/api/payment-links" as "list_payment_links" {
        query: link_list::ListPaymentLinks,
        answer: Plain<link_list::LinkListView>,
        problems: [Unauthenticated, Invalid],
    }

    /// one link, deleted or not.
    GetPaymentLink = Get "/api/payment-links/{uuid}" as "get_payment_link" {
        answer: Plain<payment_link::PaymentLinkView>,
        problems: [Unauthenticated, NotFound(Resource::Link)],
    }

    /// renames, switches, limits, ends or extends a link.
    UpdatePaymentLink = Patch "/api/payment-links/{uuid}" as "update_payment_link" {
        scope: "manage_links",
        body: Json<link_change::UpdatePaymentLink>,
        answer: Plain<payment_link::PaymentLinkView>,
        problems: [
            NotFound(Resource::Link), Invalid, State(StateRefusal::RestoreFirst),
            State(StateRefusal::ChangedMeanwhile),
        ],
    }

    /// deletes a link; a second time changes nothing.
    DeletePaymentLink = Delete "/api/payment-links/{uuid}" as "delete_payment_link" {
        scope: "manage_links",
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [NotFound(Resource::Link), State(StateRefusal::ChangedMeanwhile)],
    }

    /// brings a deleted link back as it was.
    RestorePaymentLink = Post "/api/payment-links/{uuid}/restore" as "restore_payment_link" {
        scope: "manage_links",
        body: Action<NoFields>,
        answer: Plain<payment_link::PaymentLinkView>,
        problems: [
            NotFound(Resource::Link), Invalid, Repeated, State(StateRefusal::NotDeleted),
            State(StateRefusal::RestorePeriodOver), State(StateRefusal::TooManyLinks),
        ],
    }

    /// a new link that sells the same.
    ClonePaymentLink = Post "/api/payment-links/{uuid}/clone" as "clone_payment_link" {
        scope: "manage_links",
        body: JsonIfAny<link_change::ClonePaymentLink>,
        answer: Plain<payment_link::PaymentLinkView>,
        success: 201,
        problems: [NotFound(Resource::Link), Invalid, Repeated, State(StateRefusal::TooManyLinks)],
    }

    /// the code that phones read, as a drawing or as pixels.
    GetPaymentLinkQr = Get "/api/payment-links/{uuid}/qr" as "get_payment_link_qr" {
        query: qr::DrawQr,
        answer: File,
        problems: [
            Unauthenticated, NotFound(Resource::Link), Invalid, State(StateRefusal::NotAcceptable),
        ],
    }

    /// links as a table for spreadsheets; `Link` says where it goes on.
    ExportPaymentLinks = Get "/api/payment-links/export" as "export_payment_links" {
        scope: "manage_links",
        query: csv::ExportPaymentLinks,
        answer: File,
        problems: [Invalid],
    }
}
