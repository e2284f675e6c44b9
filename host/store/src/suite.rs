//! What every backend must do: cases over `dyn Store` and `dyn Backend`, each on a fresh store. A backend calls [`for_each_case`] with a macro
//! of its own.

pub(crate) mod auditing;
pub(crate) mod deciding;
pub(crate) mod faulted;
pub(crate) mod fixtures;
pub(crate) mod history;
pub(crate) mod intake;
pub(crate) mod labelling;
pub(crate) mod listing;
pub(crate) mod order;
pub(crate) mod outbox;
pub(crate) mod quarantine;
pub(crate) mod recorded;
pub(crate) mod state;
pub(crate) mod withdrawing;

use dispatch::port::{History, Outbox, Store};

/// A store with its history and its outbox.
pub(crate) trait Backend: Store + History + Outbox {}

impl<T: Store + History + Outbox> Backend for T {}

/// Calls `$test!(module::case)` for each case.
macro_rules! for_each_case {
    ($test:ident) => {
        $test!(intake::facts_are_kept_once);
        $test!(intake::only_what_was_said_inbound_is_decided);
        $test!(intake::an_edit_before_the_decision_changes_the_words_only);
        $test!(intake::an_edit_after_the_decision_asks_again);
        $test!(intake::an_edit_while_the_chain_runs_is_decided_too);
        $test!(intake::what_is_removed_is_decided_all_the_same);
        $test!(intake::an_echo_answers_the_conversation);
        $test!(intake::the_cursor_comes_with_the_facts);
        $test!(intake::accounts_are_apart);
        $test!(order::every_order_of_facts_ends_alike);
        $test!(order::facts_of_a_conversation_in_any_order_end_alike);
        $test!(deciding::an_occasion_is_decided_once);
        $test!(deciding::a_decision_is_kept_with_trace_and_effects);
        $test!(deciding::a_decision_moves_the_conversation);
        $test!(deciding::counts_are_as_of_the_occasion);
        $test!(deciding::what_is_about_something_else_is_refused);
        $test!(deciding::one_of_many_at_once_decides);
        $test!(faulted::what_failed_is_listed);
        $test!(faulted::the_last_fault_of_its_kind_is_the_cause);
        $test!(faulted::another_decision_takes_it_out);
        $test!(faulted::it_is_decided_again_in_order);
        $test!(faulted::the_second_decision_of_an_occasion_leaves_no_fault);
        $test!(faulted::only_what_failed_can_be_decided_again);
        $test!(listing::decisions_have_pages_and_filters);
        $test!(listing::interactions_have_pages_and_filters);
        $test!(listing::conversations_are_latest_first);
        $test!(listing::deliveries_are_newest_first);
        $test!(listing::queues_tell_who_waits);
        $test!(listing::generations_are_remembered);
        $test!(listing::what_is_not_there_is_not_found);
        $test!(outbox::one_at_a_time_and_in_order);
        $test!(outbox::after_a_crash_nobody_knows);
        $test!(outbox::receipts_find_what_was_sent);
        $test!(outbox::a_person_is_asked_once);
        $test!(outbox::an_acknowledgement_is_no_answer_while_a_case_is_open);
        $test!(outbox::an_answer_that_ends_the_matter_answers);
        $test!(outbox::timers_ring_and_marks_stay);
        $test!(outbox::what_is_gone_is_told);
        $test!(outbox::automatic_answers_are_counted);
        $test!(outbox::people_turn_what_is_in_the_outbox);
        $test!(quarantine::what_cannot_be_read_waits);
        $test!(quarantine::what_is_released_keeps_its_id);
        $test!(history::components_are_kept_by_content);
        $test!(history::swaps_are_newest_first);
        $test!(history::what_serves_is_the_last_that_served);
        $test!(labelling::a_label_judges_the_latest_decision);
        $test!(labelling::a_transfer_moves_the_conversation_and_nothing_else);
        $test!(labelling::a_transfer_opens_a_case);
        $test!(labelling::what_nobody_decided_cannot_be_judged);
        $test!(withdrawing::what_nobody_acted_on_is_decided_again);
        $test!(withdrawing::what_somebody_acted_on_stays);
        $test!(withdrawing::what_waits_already_waits_once);
        $test!(withdrawing::a_reply_before_an_edit_is_no_answer_to_it);
        $test!(withdrawing::what_was_superseded_is_recalled);
        $test!(withdrawing::what_was_on_the_way_is_taken_back);
        $test!(withdrawing::what_serves_again_decides_again);
        $test!(withdrawing::much_is_withdrawn_too);
        $test!(recorded::ten_thousand_decisions_come_in_order_without_gaps);
        $test!(recorded::what_was_recorded_is_what_was_decided);
        $test!(auditing::a_chain_that_nobody_touched_is_whole);
        $test!(auditing::the_books_are_even);
    };
}

pub(crate) use for_each_case;
