/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <hallwatt/option.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place { /* a folder with one file in it */
	char folder[40];
	char file[64];
};

static struct place place_with(const char *bytes, size_t length, mode_t mode)
{
	struct place p = { .folder = "/tmp/hallwatt-test-XXXXXX" };
	assert_non_null(mkdtemp(p.folder));
	snprintf(p.file, sizeof(p.file), "%s/pass", p.folder);
	int fd = open(p.file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return p;
}

static void place_gone(struct place *p)
{
	unlink(p->file);
	rmdir(p->folder);
}

/* Reads a secret file that holds `bytes` into 9 octets; gives the sentence of the failure, NULL when it was read. */
static const char *read_bytes(const char *bytes, size_t length, mode_t mode, char out[9], struct hwatt_error *err)
{
	struct place p = place_with(bytes, length, mode);
	struct hwatt_secret secret = { .kind = HWATT_SECRET_FILE, .where = p.file };
	int rc = hwatt_secret_read(&secret, out, 9, err);
	place_gone(&p);
	return rc < 0 ? err->text : NULL;
}

static void a_file_loses_one_newline(void **state)
{
	(void)state;
	char out[9];
	struct hwatt_error err;
	assert_null(read_bytes("hunter2\n", 8, 0600, out, &err));
	assert_string_equal(out, "hunter2");
	assert_null(read_bytes("a\n\n", 3, 0640, out, &err));
	assert_string_equal(out, "a\n");
	assert_null(read_bytes("a\r\n", 3, 0400, out, &err));
	assert_string_equal(out, "a");
	assert_null(read_bytes("a b", 3, 0600, out, &err));
	assert_string_equal(out, "a b");
}

static void a_secret_fits_or_is_refused(void **state)
{
	(void)state;
	char out[9];
	struct hwatt_error err;
	assert_null(read_bytes("12345678", 8, 0600, out, &err));
	assert_string_equal(out, "12345678");
	assert_null(read_bytes("12345678\n", 9, 0600, out, &err));
	assert_string_equal(out, "12345678");
	assert_non_null(strstr(read_bytes("123456789", 9, 0600, out, &err), "it is too long"));
	assert_string_equal(out, "");
	assert_non_null(strstr(read_bytes("12345678\nx", 10, 0600, out, &err), "it is too long"));
	for (size_t i = 0; i < sizeof(out); i++)
		assert_int_equal(out[i], 0); /* what was read of it is wiped */
	assert_non_null(strstr(read_bytes("", 0, 0600, out, &err), "is empty"));
	assert_non_null(strstr(read_bytes("\n", 1, 0600, out, &err), "is empty"));
	assert_non_null(strstr(read_bytes("a\0b", 3, 0600, out, &err), "NUL"));
	assert_int_equal(err.code, HWATT_EINVAL);
}

static void a_file_that_everyone_may_read_is_refused(void **state)
{
	(void)state;
	char out[9];
	struct hwatt_error err;
	assert_non_null(strstr(read_bytes("x", 1, 0644, out, &err), "everyone may read or change the secret /tmp/"));
	assert_non_null(strstr(err.text, "run: chmod o= /tmp/"));
	assert_non_null(read_bytes("x", 1, 0602, out, &err));
	assert_null(read_bytes("x", 1, 0660, out, &err));
}

static void a_file_that_is_none_is_refused(void **state)
{
	(void)state;
	char out[9];
	struct hwatt_error err;
	struct hwatt_secret missing = { .kind = HWATT_SECRET_FILE, .where = "/nonexistent/pass" };
	assert_int_equal(hwatt_secret_read(&missing, out, sizeof(out), &err), -1);
	assert_string_equal(err.text, "cannot open the secret /nonexistent/pass: No such file or directory");
	struct hwatt_secret folder = { .kind = HWATT_SECRET_FILE, .where = "/tmp" };
	assert_int_equal(hwatt_secret_read(&folder, out, sizeof(out), &err), -1);
	assert_string_equal(err.text, "the secret /tmp is not a file");
	struct hwatt_secret none = { .kind = HWATT_SECRET_NONE };
	assert_int_equal(hwatt_secret_read(&none, out, sizeof(out), &err), -1);
}

static void a_variable_holds_a_secret(void **state)
{
	(void)state;
	char out[9];
	struct hwatt_error err;
	struct hwatt_secret secret = { .kind = HWATT_SECRET_ENV, .where = "HALLWATT_TEST_SECRET" };
	unsetenv("HALLWATT_TEST_SECRET");
	assert_int_equal(hwatt_secret_read(&secret, out, sizeof(out), &err), -1);
	assert_string_equal(err.text, "the variable HALLWATT_TEST_SECRET, which holds a secret, is not set");
	setenv("HALLWATT_TEST_SECRET", "abc", 1);
	assert_int_equal(hwatt_secret_read(&secret, out, sizeof(out), &err), 0);
	assert_string_equal(out, "abc");
	setenv("HALLWATT_TEST_SECRET", "123456789", 1);
	assert_int_equal(hwatt_secret_read(&secret, out, sizeof(out), &err), -1);
	assert_null(strstr(err.text, "12345"));
	unsetenv("HALLWATT_TEST_SECRET");
}

static void systemd_hands_over_credentials(void **state)
{
	(void)state;
	char out[9];
	struct hwatt_error err;
	struct hwatt_secret secret = { .kind = HWATT_SECRET_CREDENTIAL, .where = "pass" };
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(hwatt_secret_read(&secret, out, sizeof(out), &err), -1);
	assert_non_null(strstr(err.text, "LoadCredential=pass:PATH"));
	struct place p = place_with("xyz\n", 4, 0444); /* systemd guards the folder, not the file */
	setenv("CREDENTIALS_DIRECTORY", p.folder, 1);
	assert_int_equal(hwatt_secret_read(&secret, out, sizeof(out), &err), 0);
	assert_string_equal(out, "xyz");
	struct hwatt_secret sneaky = { .kind = HWATT_SECRET_CREDENTIAL, .where = "../pass" };
	assert_int_equal(hwatt_secret_read(&sneaky, out, sizeof(out), &err), -1);
	unsetenv("CREDENTIALS_DIRECTORY");
	place_gone(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_loses_one_newline),
		cmocka_unit_test(a_secret_fits_or_is_refused),
		cmocka_unit_test(a_file_that_everyone_may_read_is_refused),
		cmocka_unit_test(a_file_that_is_none_is_refused),
		cmocka_unit_test(a_variable_holds_a_secret),
		cmocka_unit_test(systemd_hands_over_credentials),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
