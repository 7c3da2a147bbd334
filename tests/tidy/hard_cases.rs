//! Every hard case of the payments surface is a test by its name.

use super::files;
use std::collections::BTreeSet;

/// A hard case and the tests that are it. One test may be several cases.
const PAYMENTS: [(u32, &[&str]); 66] = [
    (1, &["hard_case_1_of_200_cards_at_once_one_is_charged_and_one_invoice_made"]),
    (2, &["hard_case_2_a_declined_card_fails_the_payment_and_another_one_pays_it"]),
    (3, &["hard_case_3_from_its_last_millisecond_on_a_link_is_over_in_lists_too"]),
    (4, &["hard_case_4_a_submit_before_the_end_that_is_approved_after_it_pays"]),
    (5, &["hard_case_5_a_submit_before_the_end_that_is_declined_after_it_ends_the_link"]),
    (6, &["hard_case_6_never_canceled_and_charged"]),
    (
        7,
        &[
            "hard_case_7_a_payment_is_called_off_once",
            "hard_case_7_a_declined_payment_can_be_called_off_and_a_paid_one_cannot",
        ],
    ),
    (8, &["hard_case_8_another_card_waits_until_the_first_challenge_has_ended_for_sure"]),
    (
        9,
        &[
            "hard_case_9_a_challenge_that_nobody_answers_leaves_the_link_payable",
            "hard_case_9_a_challenge_passed_after_the_links_end_pays",
        ],
    ),
    (
        10,
        &[
            "hard_case_10_a_page_that_is_opened_and_asked_for_its_tax_again_and_again_writes_nothing",
            "hard_case_10_and_64_looking_writes_nothing_and_is_never_counted",
        ],
    ),
    (
        11,
        &[
            "hard_case_11_broken_payments_are_refused_field_by_field_and_nothing_is_written",
            "hard_case_11_to_13_numbers_and_currencies_in_many_ways_and_unknown_fields",
        ],
    ),
    (
        12,
        &[
            "hard_case_12_a_thousand_yen_are_a_thousand_yen_and_fifteen_hundred_fils_a_dinar_and_a_half",
        ],
    ),
    (13, &["hard_case_11_to_13_numbers_and_currencies_in_many_ways_and_unknown_fields"]),
    (14, &["hard_case_14_a_key_that_comes_again_is_answered_as_before"]),
    (
        15,
        &[
            "hard_case_15_a_key_comes_again_after_a_decline",
            "hard_case_15_a_key_whose_process_died_has_the_one_true_outcome",
        ],
    ),
    (
        16,
        &["hard_case_16_ids_of_others_of_live_mode_and_broken_ones_are_the_same_404_on_each_route"],
    ),
    (17, &["hard_case_17_a_key_without_the_scope_is_403_for_any_id_and_grants_no_more"]),
    (18, &["hard_case_18_two_headers_with_one_key_are_one_and_with_two_are_refused"]),
    (19, &["hard_case_19_one_own_id_is_one_customer_however_many_ask_at_once"]),
    (
        20,
        &[
            "hard_case_20_own_ids_with_spaces_slashes_and_percent_signs_are_found",
            "hard_case_20_broken_customers_and_foreign_ids_are_refused",
        ],
    ),
    (21, &["hard_case_21_a_batch_keeps_each_of_its_items_on_its_own"]),
    (
        22,
        &[
            "hard_case_22_a_known_customers_address_typed_by_strangers_gets_no_card_and_no_change",
            "hard_case_22_and_23_strangers_and_returning_buyers",
        ],
    ),
    (
        23,
        &[
            "hard_case_23_the_same_address_and_card_on_a_second_link_is_the_same_customer_and_method",
        ],
    ),
    (24, &["hard_case_24_who_was_forwarded_a_page_sees_nothing_of_its_customer"]),
    (25, &["hard_case_25_and_26_the_total_follows_the_country_and_only_what_was_shown_is_charged"]),
    (26, &["hard_case_25_and_26_the_total_follows_the_country_and_only_what_was_shown_is_charged"]),
    (27, &["hard_case_27_settings_that_change_before_the_submit_count_and_after_it_do_not"]),
    (
        28,
        &[
            "hard_case_28_a_registration_that_ends_while_a_challenge_is_open_counts",
            "hard_case_28_a_rate_changes_at_midnight_where_it_holds",
        ],
    ),
    (29, &["hard_case_29_tax_is_rounded_half_up_to_the_minor_unit"]),
    (30, &["hard_case_30_canadian_provinces_need_registrations_of_their_own"]),
    (31, &["hard_case_31_consumers_pay_the_destinations_rate_and_businesses_owe_it_themselves"]),
    (32, &["hard_case_32_a_tax_id_counts_for_its_own_country_however_it_is_written"]),
    (33, &["hard_case_33_at_home_businesses_are_taxed_and_registered_nowhere_nobody_is"]),
    (34, &["hard_case_34_american_tax_is_due_only_where_a_registration_is_in_force"]),
    (35, &["hard_case_35_without_settings_nothing_is_asked_and_payments_stay_small"]),
    (36, &["hard_case_36_a_card_of_another_country_pays_the_tax_of_the_typed_one"]),
    (
        37,
        &[
            "hard_case_37_a_calculator_that_is_down_charges_nothing",
            "hard_case_37_without_a_tax_nothing_is_charged_and_the_key_stays_free",
        ],
    ),
    (
        38,
        &[
            "hard_case_38_and_41_numbers_of_200_payments_have_no_gap_though_workers_die",
            "hard_case_38_workers_killed_at_random_leave_no_gap_and_no_twin",
        ],
    ),
    (39, &["hard_case_39_a_new_year_starts_a_new_series_and_dates_never_go_back"]),
    (
        40,
        &[
            "hard_case_40_ten_payments_behind_a_poison_one_get_their_numbers",
            "hard_case_40_a_late_invoice_is_told_of_without_and_comes_afterwards",
        ],
    ),
    (41, &["hard_case_38_and_41_numbers_of_200_payments_have_no_gap_though_workers_die"]),
    (42, &["hard_case_42_a_prefix_that_changes_and_comes_back_loses_no_number"]),
    (
        43,
        &[
            "hard_case_43_the_same_document_gives_the_bytes_that_this_version_gave_before",
            "hard_case_43_rendered_twice_and_in_parallel_the_bytes_are_equal",
            "hard_case_43_another_zone_and_locale_change_no_byte",
            "hard_case_43_files_are_made_once_and_lie_under_their_hash",
        ],
    ),
    (44, &["hard_case_44_names_of_every_script_come_back_in_logical_order"]),
    (45, &["hard_case_45_names_that_look_like_markup_and_formulas_are_shown_as_they_are"]),
    (
        46,
        &[
            "hard_case_46_a_link_leads_to_its_own_file_until_its_time_is_over",
            "hard_case_46_and_47_a_download_link_leads_to_the_file_and_a_forged_one_nowhere",
        ],
    ),
    (47, &["hard_case_46_and_47_a_download_link_leads_to_the_file_and_a_forged_one_nowhere"]),
    (
        48,
        &[
            "hard_case_48_outcomes_of_a_charge_with_nobody_there",
            "hard_case_48_outcomes_of_charges_over_http",
        ],
    ),
    (49, &["hard_case_49_two_keys_are_two_payments_and_one_key_is_one"]),
    (50, &["hard_case_50_a_card_detached_while_its_charge_is_at_the_processor"]),
    (
        51,
        &[
            "hard_case_51_what_may_be_tried_again_and_what_may_not",
            "hard_case_51_two_retries_at_once_are_one_charge_and_one_refusal",
        ],
    ),
    (
        52,
        &[
            "hard_case_52_and_53_a_payment_goes_back_in_parts_and_never_more_than_it_was",
            "hard_case_52_parts_of_a_refund_have_the_tax_that_the_contract_names",
            "hard_case_52_twenty_refunds_at_once_never_pass_the_total",
        ],
    ),
    (53, &["hard_case_53_and_54_unknown_outcomes_hold_the_money_until_the_truth_is_told"]),
    (
        54,
        &[
            "hard_case_53_and_54_unknown_outcomes_hold_the_money_until_the_truth_is_told",
            "hard_case_54_and_56_partial_refunds_end_at_the_sum_and_failed_ones_leave_no_gap",
        ],
    ),
    (55, &["hard_case_55_a_refund_before_the_invoice_is_credited_once_the_invoice_is_there"]),
    (56, &["hard_case_56_full_refunds_and_cent_by_cent_end_exactly"]),
    (57, &["hard_case_57_yen_dinars_and_reverse_charges_are_shared_in_their_own_units"]),
    (
        58,
        &[
            "hard_case_58_an_adjustment_that_is_taken_back_gets_one_credit_note",
            "hard_case_58_an_adjustment_is_made_settled_and_taken_back_over_http",
        ],
    ),
    (59, &["hard_case_59_a_receiver_that_is_faster_than_the_answer_finds_the_payment"]),
    (60, &["hard_case_60_a_rotated_secret_signs_beside_the_old_one_until_its_end"]),
    (61, &["hard_case_61_put_and_patch_change_what_they_name_and_nothing_else"]),
    (
        62,
        &[
            "hard_case_62_payments_are_listed_page_by_page_and_by_customer",
            "hard_case_62_a_match_1500_objects_back_is_on_the_first_page",
        ],
    ),
    (63, &["hard_case_63_nothing_secret_of_this_surface_is_in_the_table_the_logs_or_the_queues"]),
    (64, &["hard_case_10_and_64_looking_writes_nothing_and_is_never_counted"]),
    (65, &["hard_case_65_a_version_that_is_not_current_and_a_wrong_tax_id_are_refused"]),
    (66, &["hard_case_66_payments_are_read_and_refunded_through_the_other_surface"]),
];

#[test]
fn every_hard_case_of_payments_is_a_test_by_its_name() {
    all_are_tests(&PAYMENTS);
    assert!((1..).zip(PAYMENTS).all(|(at, (case, _))| at == case), "none is left out");
}

/// Finds every listed test in the code; the cases stand in their order.
pub fn all_are_tests(listed: &[(u32, &[&str])]) {
    let mut all: String = files("tests", &[".rs"]).into_iter().map(|(_, text)| text).collect();
    all.extend(files("shared/src", &[".rs"]).into_iter().map(|(_, text)| text));
    let defined = all.lines().filter_map(|line| {
        let line = line.trim_start();
        let name = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "))?;
        Some(name.split('(').next()?.to_owned())
    });
    let defined: BTreeSet<String> = defined.collect();
    assert!(listed.is_sorted_by_key(|(case, _)| *case), "hard cases are listed in their order");
    for (case, tests) in listed {
        for test in *tests {
            assert!(defined.contains(*test), "hard case {case}: there is no test {test}");
        }
    }
}
