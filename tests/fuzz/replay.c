/*
 * replay - run a fuzz target over the files and directories given
 * SPDX-License-Identifier: ISC
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

enum {
	INPUT_MAX = 1 << 20
};

/* A copy of exactly the input's size, so that a sanitizer sees a read beyond its end. */
static size_t
run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(INPUT_MAX), *exact;
	size_t n;

	if (f == NULL || data == NULL) {
		perror(path);
		exit(1);
	}
	n = fread(data, 1, INPUT_MAX, f);
	fclose(f);
	exact = realloc(data, n > 0 ? n : 1);
	LLVMFuzzerTestOneInput(exact == NULL ? data : exact, n);
	free(exact == NULL ? data : exact);
	return 1;
}

static size_t
run_directory(const char *path)
{
	struct dirent **names;
	char file[4096];
	size_t count = 0;
	int i, n;

	n = scandir(path, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.') {
			snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
			count += run_file(file);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return count;
}

int
main(int argc, char **argv)
{
	size_t count = 0;
	struct stat st;
	int i;

	for (i = 1; i < argc; i++) {
		if (stat(argv[i], &st) != 0) {
			perror(argv[i]);
			return 1;
		}
		count += S_ISDIR(st.st_mode) ? run_directory(argv[i]) : run_file(argv[i]);
	}
	printf("%zu inputs\n", count);
	return count == 0;
}
