/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/option.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Removes one newline from the end and checks what is left. */
static int finish(char *out, size_t length, const char *where, struct hwatt_error *err)
{
	if (length > 0 && out[length - 1] == '\n')
		length--;
	if (length > 0 && out[length - 1] == '\r')
		length--;
	out[length] = '\0';
	if (length == 0)
		return hwatt_fail(err, HWATT_EINVAL, "the secret in %s is empty", where);
	if (memchr(out, '\0', length) != NULL)
		return hwatt_fail(err, HWATT_EINVAL, "the secret in %s holds a NUL octet", where);
	return 0;
}

/* Reads at most `size` - 1 octets and the newline after them; -1 with errno, EMSGSIZE when there are more. */
static ssize_t read_all(int fd, char *out, size_t size)
{
	size_t length = 0;
	while (length < size) {
		ssize_t n = read(fd, out + length, size - length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			return (ssize_t)length;
		length += (size_t)n;
	}
	char rest;
	if (out[size - 1] == '\n' && read(fd, &rest, 1) == 0)
		return (ssize_t)length;
	errno = EMSGSIZE;
	return -1;
}

/* `checked`: a file of ours, which others must not be able to read. */
static int read_file(const char *path, bool checked, char *out, size_t size, struct hwatt_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0) {
		int reason = errno;
		if (fd >= 0)
			close(fd);
		return hwatt_fail(err, HWATT_EINVAL, "cannot open the secret %s: %s", path, strerror(reason));
	}
	ssize_t length = -1;
	int rc = -1;
	if (!S_ISREG(st.st_mode)) {
		hwatt_fail(err, HWATT_EINVAL, "the secret %s is not a file", path);
	} else if (checked && (st.st_mode & 0007) != 0) {
		hwatt_fail(err, HWATT_EINVAL, "everyone may read or change the secret %s; run: chmod o= %s", path, path);
	} else if ((length = read_all(fd, out, size)) < 0) {
		hwatt_fail(err, HWATT_EINVAL, "cannot read the secret %s: %s", path,
			   errno == EMSGSIZE ? "it is too long" : strerror(errno));
	} else {
		rc = finish(out, (size_t)length, path, err);
	}
	close(fd);
	return rc;
}

static int read_env(const char *name, char *out, size_t size, struct hwatt_error *err)
{
	char where[80];
	const char *value = getenv(name);
	snprintf(where, sizeof(where), "the variable %s", name);
	if (value == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "%s, which holds a secret, is not set", where);
	size_t length = strlen(value);
	if (length >= size)
		return hwatt_fail(err, HWATT_EINVAL, "the secret in %s is too long", where);
	memcpy(out, value, length + 1);
	return finish(out, length, where, err);
}

static int read_credential(const char *name, char *out, size_t size, struct hwatt_error *err)
{
	char path[PATH_MAX];
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	if (strchr(name, '/') != NULL || strcmp(name, "..") == 0 || strcmp(name, ".") == 0)
		return hwatt_fail(err, HWATT_EINVAL, "the credential \"%s\" is a plain name, without folders", name);
	if (folder == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "there are no credentials from systemd (CREDENTIALS_DIRECTORY is not set), so none "
				  "called \"%s\"; add LoadCredential=%s:PATH to the unit", name, name);
	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return hwatt_fail(err, HWATT_EINVAL, "the credential \"%s\" has too long a name", name);
	return read_file(path, false, out, size, err);
}

int hwatt_secret_read(const struct hwatt_secret *secret, char *out, size_t size, struct hwatt_error *err)
{
	int rc = -1;
	out[0] = '\0';
	switch (secret->kind) {
	case HWATT_SECRET_FILE: rc = read_file(secret->where, true, out, size, err); break;
	case HWATT_SECRET_ENV: rc = read_env(secret->where, out, size, err); break;
	case HWATT_SECRET_CREDENTIAL: rc = read_credential(secret->where, out, size, err); break;
	case HWATT_SECRET_NONE: hwatt_fail(err, HWATT_EINVAL, "no secret is given"); break;
	}
	if (rc < 0)
		explicit_bzero(out, size);
	return rc;
}
