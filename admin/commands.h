/*
 * commands - the functions of the command table that are not for all records alike
 * SPDX-License-Identifier: ISC
 */
#ifndef ADMIN_COMMANDS_H
#define ADMIN_COMMANDS_H

#include "admin/cli.h"
#include "schema/user.h"

int cmd_init(struct cli *c);
int cmd_authority_add(struct cli *c);
int cmd_authority_list(struct cli *c);
int cmd_client_add(struct cli *c);
int cmd_resource_add(struct cli *c);
int cmd_user_add(struct cli *c);
int cmd_user_password(struct cli *c);
int cmd_key_list(struct cli *c);
int cmd_key_rotate(struct cli *c);
int cmd_session_list(struct cli *c);
int cmd_session_revoke(struct cli *c);
int cmd_grant_list(struct cli *c);
int cmd_grant_revoke(struct cli *c);
int cmd_master_list(struct cli *c);
int cmd_master_rotate(struct cli *c);
int cmd_master_prune(struct cli *c);
int cmd_limit_list(struct cli *c);
int cmd_limit_reset(struct cli *c);
int cmd_audit_list(struct cli *c);
int cmd_audit_follow(struct cli *c);
int cmd_audit_verify(struct cli *c);
int cmd_audit_export(struct cli *c);
int cmd_sweep(struct cli *c);
int cmd_backup(struct cli *c);
int cmd_restore(struct cli *c);
int cmd_export(struct cli *c);
int cmd_import(struct cli *c);
int cmd_check(struct cli *c);
int cmd_schema(struct cli *c);
int cmd_conf_show(struct cli *c);
int cmd_conf_sample(struct cli *c);
int cmd_conf_check(struct cli *c);
int cmd_server_lighttpd(struct cli *c);
int cmd_help(struct cli *c);
int cmd_version(struct cli *c);

/* A user by user name or, where that is none, by sub; the user name of a sub, or empty. */
MUST_USE enum err user_lookup(
	struct store *db, struct arena *a, struct str name, struct user *out, uint64_t *version);

/* The sub of the user that --user names; *sub stays empty without the option. */
MUST_USE int user_option(struct cli *c, struct str *sub);
struct str user_name_of(struct store *db, struct arena *a, struct str sub);

/* Whether a program of that name is built. */
bool program_exists(struct str name);

/* schema.c: the tables of all records, NULL at the end, and the one of that name or NULL. */
extern const struct record *const records[];
const struct record *records_find(struct str name);

/* help.c: for `tessera --help`, `tessera client --help`, `tessera client add --help`. */
int help_general(const struct cli *c, FILE *f);
int help_noun(const struct cli *c, FILE *f, struct str noun);
int help_command(const struct cli *c, const struct command *cmd);

/* man.c: a man page from its template: lines such as @COMMANDS@ are replaced by what tables say. */
MUST_USE int man_page(struct cli *c, struct str path);

/* completion.c: a completion script for bash. */
int completion_bash(void);

#endif
