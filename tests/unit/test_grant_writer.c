/*
 * test_grant_writer - the life of a grant, when another process commits
 * SPDX-License-Identifier: ISC
 */
#define MODEL_WRITER
#include "tests/unit/test_grant.c"
