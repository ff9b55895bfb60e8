/*
 * command - the table of all commands
 * SPDX-License-Identifier: ISC
 */

#include "admin/commands.h"
#include "admin/record_cmd.h"

#define CONF NEEDS_CONF
#define READ (NEEDS_CONF | NEEDS_DATA | NEEDS_AUTHORITY)
#define WRITE (READ | NEEDS_WRITE)
#define ADMIN (NEEDS_CONF | NEEDS_DATA | NEEDS_WRITE | NEEDS_KEYS)
#define FIELDS "[field=value ...]"
#define SOME_FIELDS "field=value ..."

const struct command commands[] = {
	{ "init", NULL, "[<issuer>] [--name NAME]", CONF,
		"make the data directory, master key and registry, and a first authority",
		cmd_init },

	{ "authority", "add", "<issuer> [--name NAME] " FIELDS, ADMIN,
		"make an authority: directory, standard scopes and first keys", cmd_authority_add },
	{ "authority", "list", "", CONF | NEEDS_DATA, "list all authorities", cmd_authority_list },
	{ "authority", "show", "<name>", CONF | NEEDS_DATA, "show an authority", cmd_record_show },
	{ "authority", "set", "<name> " SOME_FIELDS, CONF | NEEDS_DATA | NEEDS_WRITE,
		"change an authority", cmd_record_set },
	{ "authority", "remove", "<name>", ADMIN, "remove an authority with all its data and keys",
		cmd_record_remove },

	{ "client", "add", "[<client_id>] " FIELDS, WRITE,
		"register a client; prints its secret once, unless it is public", cmd_client_add },
	{ "client", "list", "", READ, "list all clients", cmd_record_list },
	{ "client", "show", "<client_id>", READ, "show a client", cmd_record_show },
	{ "client", "set", "<client_id> " SOME_FIELDS, WRITE, "change a client", cmd_record_set },
	{ "client", "remove", "<client_id>", WRITE, "remove a client and all it was granted",
		cmd_record_remove },
	{ "client", "secret", "<client_id> [--expires TIME] [--label TEXT] [--remove-others]",
		WRITE, "give a client another secret and print it once", cmd_record_secret },

	{ "resource", "add", "<name> " FIELDS, WRITE,
		"register an API by its URI; prints its secret once", cmd_resource_add },
	{ "resource", "list", "", READ, "list all APIs", cmd_record_list },
	{ "resource", "show", "<name>", READ, "show an API", cmd_record_show },
	{ "resource", "set", "<name> " SOME_FIELDS, WRITE, "change an API", cmd_record_set },
	{ "resource", "remove", "<name>", WRITE, "remove an API", cmd_record_remove },
	{ "resource", "secret", "<name> [--expires TIME] [--label TEXT] [--remove-others]", WRITE,
		"give an API another secret, for introspection, and print it once",
		cmd_record_secret },

	{ "scope", "add", "<name> " FIELDS, WRITE, "add a scope", cmd_record_add },
	{ "scope", "list", "", READ, "list all scopes", cmd_record_list },
	{ "scope", "show", "<name>", READ, "show a scope", cmd_record_show },
	{ "scope", "set", "<name> " SOME_FIELDS, WRITE, "change a scope", cmd_record_set },
	{ "scope", "remove", "<name>", WRITE, "remove a scope", cmd_record_remove },

	{ "user", "add", "<username> [--password-file FILE] [--no-password] " FIELDS, WRITE,
		"add a user; claim:NAME=value sets one claim", cmd_user_add },
	{ "user", "list", "", READ, "list all users", cmd_record_list },
	{ "user", "show", "<username>", READ, "show a user, by user name or sub", cmd_record_show },
	{ "user", "set", "<username> " SOME_FIELDS, WRITE,
		"change a user; claim:NAME= takes a claim away", cmd_record_set },
	{ "user", "remove", "<username>", WRITE, "remove a user", cmd_record_remove },
	{ "user", "password", "<username> [--password-file FILE] [--no-password]", WRITE,
		"set a user's password", cmd_user_password },

	{ "key", "list", "", READ, "list the signing keys", cmd_key_list },
	{ "key", "rotate", "[--alg ALG] [--at-once] [--revoke]", WRITE | NEEDS_KEYS,
		"make new signing keys, announced first or signing at once", cmd_key_rotate },

	{ "master", "list", "", CONF | NEEDS_DATA,
		"list the versions of the master key and how many private keys each seals",
		cmd_master_list },
	{ "master", "rotate", "[--reseal-only]", CONF | NEEDS_DATA,
		"give the master key a new version and seal all private keys with it again",
		cmd_master_rotate },
	{ "master", "prune", "", CONF | NEEDS_DATA,
		"remove old versions of the master key that seal nothing any more",
		cmd_master_prune },

	{ "session", "list", "[--user NAME]", READ, "list who is signed in", cmd_session_list },
	{ "session", "revoke", "(<sid> | --user NAME | --all)", WRITE,
		"end sessions, and the grants that end with them", cmd_session_revoke },

	{ "grant", "list", "[--user NAME] [--client ID]", READ, "list what clients were granted",
		cmd_grant_list },
	{ "grant", "revoke", "(<id> | [--user NAME] [--client ID])", WRITE,
		"revoke grants with all their tokens", cmd_grant_revoke },

	{ "limit", "list", "", CONF | NEEDS_DATA,
		"list how often somebody may be wrong, and how many have been lately",
		cmd_limit_list },
	{ "limit", "reset", "([--user NAME] [--client ID] [--address A] | --all)",
		CONF | NEEDS_DATA,
		"let a user, a client or an API, or an address try again at once; --all forgets "
		"all that was counted, of all authorities, and who was right lately",
		cmd_limit_reset },

	{ "audit", "list", "[--user NAME] [--client ID] [--event EVENT] [--since TIME] [--last N]",
		READ, "list what was changed, by whom, the oldest first", cmd_audit_list },
	{ "audit", "follow", "", READ, "print what is changed from now on, until interrupted",
		cmd_audit_follow },
	{ "audit", "verify", "[--head SEQUENCE:MAC]", READ,
		"check that no audit record was changed or removed; prints what to note elsewhere",
		cmd_audit_verify },
	{ "audit", "export", "", READ,
		"print all audit records with their MACs, one JSON object a line, to keep "
		"elsewhere",
		cmd_audit_export },

	{ "sweep", NULL, "", ADMIN | NEEDS_COUNTS,
		"remove what has expired and renew keys, of all authorities; for cron", cmd_sweep },
	{ "backup", NULL, "<directory> [--with-master-key]", CONF | NEEDS_DATA,
		"copy all data into a new directory, while programs go on, and check the copy",
		cmd_backup },
	{ "restore", NULL, "<directory>", CONF,
		"put a backup in place of data that is absent; never overwrites", cmd_restore },
	{ "export", NULL, "[--plain-secrets]", READ | NEEDS_SECRETS,
		"print an authority with all its records and keys as JSON", cmd_export },
	{ "import", NULL, "<file> [--name NAME] [--issuer URL]", ADMIN,
		"make an authority from what export has printed", cmd_import },
	{ "check", NULL, "", 0, "look for what is wrong with configuration and data", cmd_check },
	{ "schema", NULL, "[<record>]", 0, "show the fields of a record", cmd_schema },

	{ "conf", "show", "", CONF, "show the settings in force", cmd_conf_show },
	{ "conf", "sample", "", 0, "print a configuration file of all settings", cmd_conf_sample },
	{ "conf", "check", "", 0, "check the configuration file", cmd_conf_check },

	{ "server", "lighttpd", "[--programs DIR] [--sockets DIR] [--conf FILE] [--cgi]", 0,
		"print the configuration that maps addresses to programs, for lighttpd",
		cmd_server_lighttpd },

	{ "help", NULL, "[<command>] [<verb>] [--man TEMPLATE] [--completion]", 0,
		"print this list, help on a command, a man page or completion for bash", cmd_help },
	{ "version", NULL, "", 0, "print the version", cmd_version },
	{ 0 },
};

static bool
same(struct str s, const char *z)
{
	return z == NULL ? s.n == 0 : str_eqz(s, z);
}

const struct command *
command_find(struct str noun, struct str verb)
{
	const struct command *cmd;

	for (cmd = commands; cmd->noun != NULL; cmd++)
		if (same(noun, cmd->noun) && same(verb, cmd->verb))
			return cmd;
	return NULL;
}

bool
command_has_noun(struct str noun)
{
	const struct command *cmd;

	for (cmd = commands; cmd->noun != NULL; cmd++)
		if (str_eqz(noun, cmd->noun))
			return true;
	return false;
}
