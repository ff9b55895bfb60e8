/*
 * json_scan - whether a text is JSON as we want it; the first half of js_parse
 * SPDX-License-Identifier: ISC
 */
#ifndef DATA_JSON_SCAN_H
#define DATA_JSON_SCAN_H

#include "base/str.h"

/* Checks all of `text` but for repeated members. *value is the text without blanks around it and
 * *members the number of members of all its objects, repeated ones included. */
MUST_USE enum err js_scan(struct str text, struct str *value, size_t *members);

#endif
