//! Every route of the dashboard, stated once.

use crate::{
    http::{
        dashboard::Dashboard,
        route::{File, Page, catalogue, routes},
    },
    operations::ProblemKind,
};

catalogue![ShowDashboard, GetDashboardAsset, ShowDocs];

routes! {
    Dashboard;

    /// the page that merchants work in.
    ShowDashboard = Get "/dashboard" as "show_dashboard" {
        answer: Page,
        problems: [],
    }

    /// a file of the merchants' page; never changes.
    GetDashboardAsset = Get "/dashboard/assets/{build}/{file+}" as "get_dashboard_asset" {
        answer: File,
        problems: [ProblemKind::NoRoute],
    }

    /// the reference of the three APIs, for people.
    ShowDocs = Get "/docs" as "show_docs" {
        answer: Page,
        problems: [],
    }
}
