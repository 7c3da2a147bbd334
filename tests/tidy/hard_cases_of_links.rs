//! Every hard case of the links surface is a test by its name, but for those of pictures, which are
//! not built.

use super::hard_cases::all_are_tests;

/// A hard case and the tests that are it. One test may be several cases.
const LINKS: &[(u32, &[&str])] = &[
    (1, &["hard_case_1_a_thousand_buyers_pay_ten_uses_ten_times"]),
    (2, &["hard_case_2_a_use_is_given_back_by_a_challenge_that_was_not_passed"]),
    (3, &["hard_case_3_a_crash_keeps_the_use_until_the_reconciler_knows"]),
    (4, &["hard_case_4_a_confirmation_that_comes_twice_counts_once"]),
    (5, &["hard_case_5_a_limit_below_what_is_paid_and_held_is_refused_naming_the_least"]),
    (6, &["hard_case_6_a_limit_set_on_an_unlimited_link_while_payments_run_is_exact"]),
    (7, &["hard_case_7_of_two_limits_at_the_same_moment_one_wins_and_the_other_is_decided_anew"]),
    (8, &["hard_case_8_a_refund_gives_no_use_back"]),
    (9, &["hard_case_9_the_last_millisecond_counts_and_the_one_after_it_does_not"]),
    (10, &["hard_case_10_an_end_has_its_time_and_zone_and_lies_ahead_when_a_link_is_made"]),
    (11, &["hard_case_11_a_checkout_keeps_its_end_when_its_link_is_extended"]),
    (12, &["hard_case_12_a_link_turned_off_and_on_while_a_buyer_types_takes_the_submit"]),
    (13, &["hard_case_13_a_charge_of_a_link_that_was_deleted_meanwhile_is_kept"]),
    (14, &["hard_case_14_after_ninety_one_days_a_link_is_cloned_and_not_restored"]),
    (15, &["hard_case_15_frozen_lines_are_what_they_were_whatever_happens_to_the_product"]),
    (16, &["hard_case_16_a_clone_copies_frozen_lines_or_takes_todays_catalog"]),
    (17, &["hard_case_17_one_product_is_one_line_and_its_choice_is_said_once"]),
    (18, &["hard_case_18_quantities_are_whole_numbers_in_any_form_of_a_number"]),
    (19, &["hard_case_19_the_largest_link_there_can_be_is_refused_without_overflow"]),
    (20, &["hard_case_20_totals_lie_within_the_limits_whatever_buyers_choose"]),
    (21, &["hard_case_21_tax_that_lifts_a_total_above_the_maximum_is_refused_at_the_start"]),
    (22, &["hard_case_22_and_24_a_checkout_pays_what_it_showed_or_is_asked_again"]),
    (23, &["hard_case_23_lines_of_one_rate_are_rounded_once_together"]),
    (24, &["hard_case_22_and_24_a_checkout_pays_what_it_showed_or_is_asked_again"]),
    (25, &["hard_case_25_and_26_names_may_be_any_text_and_metadata_comes_back_digit_for_digit"]),
    (26, &["hard_case_25_and_26_names_may_be_any_text_and_metadata_comes_back_digit_for_digit"]),
    (27, &["hard_case_27_a_search_finds_words_without_accents_and_signs_as_they_are"]),
    (28, &["hard_case_28_a_list_read_page_by_page_has_none_twice_while_links_are_made_and_paid"]),
    (29, &["hard_case_29_a_cursor_is_good_for_its_own_list_only"]),
    (30, &["hard_case_30_each_route_says_which_credential_it_takes"]),
    (31, &["hard_case_31_two_tabs_go_on_together_and_a_copied_token_ends_the_session"]),
    (
        32,
        &["hard_case_32_a_flood_from_everywhere_leaves_each_network_a_try_and_a_known_browser_all"],
    ),
    (33, &["hard_case_33_unknown_removed_and_mistaken_are_refused_alike"]),
    (
        34,
        &[
            "hard_case_34_a_code_is_good_once_and_for_clocks_that_are_half_a_minute_off",
            "hard_case_34_codes_for_recovery_are_read_as_people_type_them",
            "hard_case_34_a_code_signs_in_once_with_the_password_or_after_it",
            "hard_case_34_a_member_signs_in_in_two_steps_and_each_code_is_good_once",
        ],
    ),
    (
        35,
        &[
            "hard_case_35_an_operator_helps_an_owner_who_has_lost_everything",
            "hard_case_35_the_last_owner_neither_leaves_nor_steps_down_nor_is_removed",
            "hard_case_35_the_last_owner_stays",
        ],
    ),
    (
        36,
        &[
            "hard_case_36_a_request_that_invites_twice_shows_its_address_once",
            "hard_case_36_looking_at_an_invitation_changes_nothing_and_a_renewed_one_voids_the_first",
        ],
    ),
    (
        37,
        &[
            "hard_case_37_a_refund_clicked_twice_is_one_refund",
            "hard_case_37_two_members_who_refund_the_whole_at_once_refund_it_once",
        ],
    ),
    (38, &["hard_case_38_six_parts_of_0_62_have_all_of_its_tax"]),
    (39, &["hard_case_39_a_refund_that_fails_late_makes_the_transaction_paid_again"]),
    (
        40,
        &[
            "hard_case_40_roles_and_keys_refund_as_far_as_they_may",
            "hard_case_40_refunds_that_are_split_stand_under_each_other_with_who_made_them",
        ],
    ),
    (41, &["hard_case_41_addresses_lead_nowhere_dangerous"]),
    (42, &["hard_case_42_a_mail_guard_that_fetches_everything_starts_nothing"]),
    (43, &["hard_case_43_a_thousand_starts_are_slowed_by_network_and_leave_the_list_clean"]),
    (44, &["hard_case_44_a_card_tester_is_stopped_after_eight_declines_and_others_pay"]),
    (45, &["hard_case_45_a_table_has_numbers_as_numbers_and_no_formulas"]),
    (
        46,
        &[
            "hard_case_46_a_link_leads_to_its_own_file_until_its_time_is_over",
            "hard_case_46_a_link_with_additions_or_in_capitals_opens_and_half_a_link_asks_for_all_of_it",
        ],
    ),
    (
        47,
        &[
            "hard_case_47_the_same_message_five_times_late_and_in_wrong_order_gives_the_same_numbers",
        ],
    ),
    (
        48,
        &[
            "hard_case_48_a_day_may_have_25_hours_or_23",
            "hard_case_48_days_of_india_begin_at_half_past_six",
        ],
    ),
    (49, &["hard_case_49_live_mode_asks_for_a_second_factor_and_shares_members_and_nothing_else"]),
    (51, &["hard_case_51_masked_buyers_show_one_letter"]),
    (52, &["hard_case_52_a_receiver_that_reads_inside_its_handler_sees_what_the_event_says"]),
];

#[test]
fn every_hard_case_of_links_is_a_test_by_its_name() {
    all_are_tests(LINKS);
}
