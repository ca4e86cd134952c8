/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file of a download, put together as the phone stores it. The story behind the gaps: a capture
 * that dropped frames under load once made a good server look like one that skips blocks.
 */
#include "image/image.h"
#include "observe/transfer_image.h"
#include "tests/support/image_file_bytes.h"
#include "wire/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct download {
    struct transfer_image *transfer;
    uint8_t *file;
    size_t length;
    uint16_t identification; /* the phone's packet counter */
    bool ended;
};

static struct download download_of(const char *name)
{
    struct download download = {.transfer = transfer_image_new(), .identification = 7};
    download.file = test_image_bytes(name, &download.length);
    return download;
}

static void download_end(struct download *download)
{
    transfer_image_free(download->transfer);
    free(download->file);
}

static unsigned last_block(const struct download *download)
{
    return (unsigned)(download->length / TFTP_BLOCK_LENGTH + 1);
}

static void send_data(struct download *download, unsigned block, size_t captured_at_most)
{
    size_t offset = (block - 1) * (size_t)TFTP_BLOCK_LENGTH;
    size_t length = download->length - offset;
    if (length > TFTP_BLOCK_LENGTH)
        length = TFTP_BLOCK_LENGTH;
    size_t captured = length < captured_at_most ? length : captured_at_most;
    transfer_image_data(download->transfer, (uint16_t)block, download->file + offset, captured,
                        length);
}

static void send_ack(struct download *download, unsigned block)
{
    download->ended =
        transfer_image_ack(download->transfer, (uint16_t)block, download->identification++);
}

static void send_blocks(struct download *download, unsigned first, unsigned last)
{
    for (unsigned block = first; block <= last; block++) {
        send_data(download, block, SIZE_MAX);
        send_ack(download, block);
    }
}

static void a_clean_download_yields_the_file_and_its_description(void **state)
{
    (void)state;
    struct download download = download_of("good.bin");
    send_blocks(&download, 1, last_block(&download) - 1);
    assert_false(download.ended);
    assert_int_equal(transfer_image_result(download.transfer), TRANSFER_IMAGE_OPEN);
    send_blocks(&download, last_block(&download), last_block(&download));
    assert_true(download.ended);
    assert_int_equal(transfer_image_complete(download.transfer), TRANSFER_IMAGE_GOOD);

    size_t length;
    const uint8_t *bytes = transfer_image_bytes(download.transfer, &length);
    assert_int_equal(length, download.length);
    assert_memory_equal(bytes, download.file, length);
    assert_string_equal(transfer_image_version(download.transfer), "7.6.2f");
    assert_int_equal(strlen(transfer_image_sha256(download.transfer)), 64);
    assert_true(transfer_image_sectors(download.transfer) > 0);
    assert_string_equal(transfer_image_reason(download.transfer), "");

    transfer_image_forget(download.transfer);
    assert_null(transfer_image_bytes(download.transfer, &length));
    assert_int_equal(transfer_image_complete(download.transfer), TRANSFER_IMAGE_GOOD);
    download_end(&download);
}

static void repeated_data_and_acks_change_nothing(void **state)
{
    (void)state;
    struct download download = download_of("good.bin");
    for (unsigned block = 1; block <= last_block(&download); block++) {
        send_data(&download, block, SIZE_MAX);
        send_data(&download, block, SIZE_MAX);
        send_ack(&download, block);
        send_data(&download, block, SIZE_MAX); /* equal to the last accepted one: ignored */
        send_ack(&download, block);
    }
    assert_int_equal(transfer_image_complete(download.transfer), TRANSFER_IMAGE_GOOD);
    download_end(&download);
}

static void a_late_duplicate_is_appended_as_the_phone_appends_it(void **state)
{
    (void)state;
    struct download download = download_of("good.bin");
    send_blocks(&download, 1, 5);
    send_data(&download, 4, SIZE_MAX);
    send_ack(&download, 4); /* another number than the last accepted: taken */
    send_data(&download, 6, SIZE_MAX);
    send_ack(&download, 6);
    send_blocks(&download, 7, last_block(&download));
    assert_int_equal(transfer_image_complete(download.transfer), TRANSFER_IMAGE_CORRUPT);
    size_t length;
    transfer_image_bytes(download.transfer, &length);
    assert_int_equal(length, download.length + TFTP_BLOCK_LENGTH);
    download_end(&download);
}

static void a_block_that_the_server_skipped_is_its_fault(void **state)
{
    (void)state;
    struct download download = download_of("good.bin");
    send_blocks(&download, 1, 10);
    send_blocks(&download, 12, last_block(&download));
    assert_int_equal(transfer_image_complete(download.transfer), TRANSFER_IMAGE_CORRUPT);
    assert_true(strlen(transfer_image_reason(download.transfer)) > 0);
    download_end(&download);
}

static void a_block_that_the_capture_lost_accuses_nobody(void **state)
{
    (void)state;
    struct download download = download_of("good.bin");
    send_blocks(&download, 1, 10);
    download.identification++; /* the ACK of block 11 was on the wire */
    send_blocks(&download, 12, last_block(&download));
    assert_int_equal(transfer_image_complete(download.transfer), TRANSFER_IMAGE_CANNOT_TELL);
    assert_non_null(strstr(transfer_image_reason(download.transfer), "ACK 12"));
    download_end(&download);
}

static void an_ack_without_its_data_accuses_nobody(void **state)
{
    (void)state;
    struct download download = download_of("bad-digest.bin");
    send_blocks(&download, 1, 10);
    send_ack(&download, 11);
    send_blocks(&download, 12, last_block(&download));
    assert_int_equal(transfer_image_complete(download.transfer), TRANSFER_IMAGE_CANNOT_TELL);
    assert_non_null(strstr(transfer_image_reason(download.transfer), "11"));
    download_end(&download);
}

static void a_short_snap_length_accuses_nobody(void **state)
{
    (void)state;
    struct download download = download_of("good.bin");
    for (unsigned block = 1; block <= last_block(&download); block++) {
        send_data(&download, block, 18);
        send_ack(&download, block);
    }
    assert_int_equal(transfer_image_complete(download.transfer), TRANSFER_IMAGE_CANNOT_TELL);
    assert_non_null(strstr(transfer_image_reason(download.transfer), "cut"));
    download_end(&download);
}

static void a_capture_that_begins_in_the_middle_accuses_nobody(void **state)
{
    (void)state;
    struct download download = download_of("good.bin");
    send_blocks(&download, 5, last_block(&download));
    assert_int_equal(transfer_image_complete(download.transfer), TRANSFER_IMAGE_CANNOT_TELL);
    download_end(&download);
}

static void a_lost_last_ack_does_not_hide_the_file(void **state)
{
    (void)state;
    struct download download = download_of("good.bin");
    send_blocks(&download, 1, last_block(&download) - 1);
    send_data(&download, last_block(&download), SIZE_MAX);
    assert_int_equal(transfer_image_complete(download.transfer), TRANSFER_IMAGE_GOOD);
    download_end(&download);
}

static void an_unfinished_file_is_not_judged(void **state)
{
    (void)state;
    struct download download = download_of("good.bin");
    send_blocks(&download, 1, 20);
    assert_int_equal(transfer_image_complete(download.transfer), TRANSFER_IMAGE_CANNOT_TELL);
    download_end(&download);
}

static void the_check_that_fails_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        enum transfer_image_result result;
        const char *word;
    } cases[] = {
        {"bad-digest.bin", TRANSFER_IMAGE_CORRUPT, "digest"},
        {"bad-randseq.bin", TRANSFER_IMAGE_CORRUPT, "randseq"},
        {"broken-zlib.bin", TRANSFER_IMAGE_CORRUPT, "124"},
        {"sector-digest-wrong.bin", TRANSFER_IMAGE_CORRUPT, "126"},
        {"truncated.bin", TRANSFER_IMAGE_CORRUPT, "13000"},
        {"junk-zeros.bin", TRANSFER_IMAGE_FOREIGN, "magic"},
        {"container.exe", TRANSFER_IMAGE_FOREIGN, "506"},
        {"empty.bin", TRANSFER_IMAGE_FOREIGN, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct download download = download_of(cases[i].file);
        send_blocks(&download, 1, last_block(&download));
        assert_int_equal(transfer_image_complete(download.transfer), cases[i].result);
        if (!strstr(transfer_image_reason(download.transfer), cases[i].word))
            fail_msg("%s: '%s' does not name '%s'", cases[i].file,
                     transfer_image_reason(download.transfer), cases[i].word);
        download_end(&download);
    }
}

static void an_endless_file_does_not_take_endless_memory(void **state)
{
    (void)state;
    struct download download = download_of("empty.bin");
    static const uint8_t block[TFTP_BLOCK_LENGTH];
    for (unsigned number = 1; number <= 3 * 10485760u / TFTP_BLOCK_LENGTH; number++) {
        transfer_image_data(download.transfer, (uint16_t)number, block, sizeof block, sizeof block);
        send_ack(&download, number & 0xffff);
    }
    size_t length;
    transfer_image_bytes(download.transfer, &length);
    assert_int_equal(length, IMAGE_MAXIMUM_LENGTH);
    assert_int_equal(transfer_image_complete(download.transfer), TRANSFER_IMAGE_CANNOT_TELL);
    download_end(&download);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_download_yields_the_file_and_its_description),
        cmocka_unit_test(repeated_data_and_acks_change_nothing),
        cmocka_unit_test(a_late_duplicate_is_appended_as_the_phone_appends_it),
        cmocka_unit_test(a_block_that_the_server_skipped_is_its_fault),
        cmocka_unit_test(a_block_that_the_capture_lost_accuses_nobody),
        cmocka_unit_test(an_ack_without_its_data_accuses_nobody),
        cmocka_unit_test(a_short_snap_length_accuses_nobody),
        cmocka_unit_test(a_capture_that_begins_in_the_middle_accuses_nobody),
        cmocka_unit_test(a_lost_last_ack_does_not_hide_the_file),
        cmocka_unit_test(an_unfinished_file_is_not_judged),
        cmocka_unit_test(the_check_that_fails_is_named),
        cmocka_unit_test(an_endless_file_does_not_take_endless_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
