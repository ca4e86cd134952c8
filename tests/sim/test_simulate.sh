#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A fixed set of random worlds, and proof that the simulation can fail.
. "$top_srcdir/tests/tap.sh"
simulate=$top_builddir/tests/sim/simulate
directory=$(mktemp -d) || exit 1
trap 'rm -rf "$directory"' EXIT
# Worlds that failed once (the same seed may be another world after a change of plan.c: the lasting
# regression is the unit test named here).
once_failed=(
	45583 88869 98129 # r6_ack_overtaken_by_an_older_one_still_counts
	6000504 6018563 6057074 # r3_only_attempts_that_can_succeed
	5067366 5120943 5176786 # r10_nothing_that_a_lost_power_explains_is_final
	1447 2023 3540 9710 10602 # tests/unit/test_engine_doubt, with a hostile host
	215177 271606 256606 258892 262706 # the same
	607770 610603 624150 619162 # the same
	702201 706951 711973 755505 769223 1015516 # the same
	1089825 # only_a_loaders_syn_opens_a_connection
	53025 98113 159472 34685 96192 # a_silent_phone_is_asked_..., who_was_not_asked_..., r10_after_the_last_ack_...
	1132618 1138779 # who_was_ordered_elsewhere_may_be_writing
	253 844 2390 3518 # the_vendors_utility_that_no_phone_hears_is_no_stalemate
	1692 # blocks_of_a_second_transfer_are_progress_too
	42493 20579 # pcaps/static-phone-http-url
	52980 # a_unicast_request_is_a_phones_if_it_asked_by_arp_like_one
	10133979 # r4_help_that_came_too_late_comes_sooner_the_next_time
	10458448 # a_tag_on_the_way_hides_no_loader
	10856488 10996940 # r1_a_request_that_names_no_server_..., r5_a_forged_request_for_our_file_...
	7177702 # a_request_that_comes_late_is_a_phones_all_the_same
	194039 231958 # what HTTP brought may be being written
	185351 233412 3608561 # checks of this simulation
	3378386 # r10_presumed_it_is_asked_by_broadcast_too
	7734 # a_reply_that_contradicts_its_frame_is_no_second_phone
)
tap_plan $((3 + ${#once_failed[@]}))

for seed in "${once_failed[@]}"; do
	"$simulate" --first-seed "$seed" --seeds 1 --trace-directory "$directory" >"$directory/log"
	tap_result $? "world $seed, which failed once" "$directory/log"
done

"$simulate" --first-seed 1 --seeds 400 --trace-directory "$directory" >"$directory/log"
tap_result $? "400 worlds hold every invariant and get the right verdict" "$directory/log"

for run in first second; do
	"$simulate" --first-seed 12 --seeds 5 --verbose \
		--trace-directory "$directory" >"$directory/$run"
done
[ -s "$directory/first" ] && cmp -s "$directory/first" "$directory/second"
tap_result $? "the same seeds give the same worlds"

"$simulate" --self-test --trace-directory "$directory" >"$directory/log"
[ $? = 1 ] && grep -q "0 of 1 phones were recovered" "$directory/log" &&
	grep -q "replay: scripts/simulate" "$directory/log" && [ -s "$directory/simulate-0.pcap" ]
tap_result $? "a failure is noticed, with its replay command and its trace" "$directory/log"
tap_done
