//! Routes by which members see what came of their links.

use crate::{
    http::{
        links::{Links, statistics},
        route::{Plain, routes},
    },
    operations::{ProblemKind, Resource},
};
use ProblemKind::{Invalid, NotFound, Unauthenticated};

routes! {
    Links;

    /// what came of a link, by day.
    GetLinkStatistics = Get "/api/payment-links/{uuid}/statistics" as "get_link_statistics" {
        query: statistics::GetLinkStatistics,
        answer: Plain<statistics::ReportView>,
        problems: [Unauthenticated, NotFound(Resource::Link), Invalid],
    }

    /// what came of all links and payments, by day.
    GetOrganizationStatistics = Get "/api/organization/statistics" as "get_organization_statistics" {
        query: statistics::GetOrganizationStatistics,
        answer: Plain<statistics::ReportView>,
        problems: [Unauthenticated, Invalid],
    }

    /// everything that the first screen shows.
    GetDashboard = Get "/api/organization/dashboard" as "get_dashboard" {
        answer: Plain<statistics::DashboardView>,
        problems: [Unauthenticated],
    }
}
