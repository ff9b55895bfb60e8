# Tessera: `make help` lists what can be made.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
CGIDIR ?= $(PREFIX)/lib/tessera/cgi-bin
SBINDIR ?= $(PREFIX)/lib/tessera/sbin
DATADIR ?= $(PREFIX)/share/tessera
MANDIR ?= $(PREFIX)/share/man
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
SYSCONFDIR ?= /etc/tessera
BUILD ?= build
PKG_CONFIG ?= pkg-config
SAN ?=
V ?=
WERROR ?= $(if $(CI),-Werror)
PORT ?= 8080
DATA ?= ./var
FUZZ_SECONDS ?= 60
ROUNDS ?= 2000
VERSION := $(shell sed -n 's/^\#\# \([0-9.]*\).*/\1/p;' CHANGES.md | head -n 1)

packages = libsodium libcrypto lmdb json-c libseccomp
package_cflags := $(shell $(PKG_CONFIG) --cflags $(packages) 2>/dev/null)
package_libs := $(shell $(PKG_CONFIG) --libs $(packages) 2>/dev/null)
WARN = -std=c11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
	-Wconversion -Wwrite-strings -Wundef
HARDEN = -fPIE -fstack-protector-strong $(if $(SAN),,-D_FORTIFY_SOURCE=2)
OPT ?= -O2 -g
CFLAGS_ALL = $(WARN) $(HARDEN) $(OPT) -D_GNU_SOURCE -iquote common -iquote . $(WERROR) \
	$(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all -DARENA_MALLOC) \
	-DSYSCONFDIR='"$(SYSCONFDIR)"' -DDATADIR='"$(DATADIR)"' -DCGIDIR='"$(CGIDIR)"' \
	-DVERSION='"$(VERSION)"' $(package_cflags) $(CFLAGS)
LDFLAGS_ALL = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)
LIBS = -lfcgi $(package_libs)

common := $(wildcard common/*/*.c schema/*.c)
cgi := $(wildcard cgi-bin/*.c)
admin := $(wildcard admin/*.c)
sbin := $(wildcard sbin/*.c)
lib := $(BUILD)/libcommon.a
programs := $(cgi:cgi-bin/%.c=$(BUILD)/cgi-bin/%)
helpers := $(sbin:sbin/%.c=$(BUILD)/sbin/%)
rows := $(cgi:cgi-bin/%.c=$(BUILD)/rows/%.o) $(BUILD)/rows.o
unit := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c tests/unit/meddle.c))
fuzz := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
man := $(patsubst etc/man/%,$(BUILD)/man/%,$(wildcard etc/man/*.[1-8]))
share := tessera tessera.conf.sample
sections := $(sort $(subst .,,$(suffix $(man))))

Q = $(if $(V),,@)
say = $(if $(V),,@echo "  $(1)	$(2)";)
link = $(call say,LD,$@) mkdir -p $(@D) && $(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(lib)

all: $(programs) $(helpers) $(BUILD)/tessera $(man) $(share:%=$(BUILD)/share/%) ## build everything

$(BUILD)/%.o: %.c
	$(call say,CC,$<) mkdir -p $(@D) && $(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# The same programs with main() renamed, for whoever reads their rows: discovery, tessera, tests.
$(BUILD)/rows/%.o: cgi-bin/%.c
	$(call say,CC,$< (row)) mkdir -p $(@D) && $(CC) $(CFLAGS_ALL) -Dmain=$*_main -Wno-missing-prototypes -MMD -MP -c -o $@ $<

$(BUILD)/rows.c: $(cgi) Makefile
	@mkdir -p $(@D)
	$(Q)( echo '#include "endpoint/endpoint.h"'; \
	  for n in $(notdir $(cgi:.c=)); do echo "extern const struct endpoint endpoint_$$n;"; done; \
	  echo 'const struct endpoint *const endpoint_rows[] = {'; \
	  for n in $(notdir $(cgi:.c=)); do echo "	&endpoint_$$n,"; done; echo '	0,'; echo '};' ) > $@

$(BUILD)/rows.o: $(BUILD)/rows.c
	$(call say,CC,$<) $(CC) $(CFLAGS_ALL) -c -o $@ $<

$(lib): $(common:%.c=$(BUILD)/%.o)
	$(call say,AR,$@) rm -f $@ && ar rcs $@ $^

# Discovery describes all programs, so it is linked with the rows of all others, too.
$(BUILD)/cgi-bin/discovery: $(filter-out %/discovery.o,$(rows))

$(BUILD)/cgi-bin/%: $(BUILD)/cgi-bin/%.o $(lib)
	$(link) $(LIBS)

# A helper knows from the rows what each program may ask of it.
$(BUILD)/sbin/%: $(BUILD)/sbin/%.o $(rows) $(lib)
	$(link) $(LIBS)

$(BUILD)/tessera: $(admin:%.c=$(BUILD)/%.o) $(rows) $(lib)
	$(link) $(LIBS)

# What is for people to read has the tables of the program itself in it.
$(BUILD)/man/%: etc/man/% $(BUILD)/tessera
	$(call say,MAN,$@) mkdir -p $(@D) && $(BUILD)/tessera help --man $< > $@.new && mv $@.new $@

$(BUILD)/share/tessera.conf.sample: $(BUILD)/tessera
	$(Q)mkdir -p $(@D) && $< conf sample > $@

$(BUILD)/share/tessera: $(BUILD)/tessera
	$(Q)mkdir -p $(@D) && $< help --completion > $@

# The command line is no part of the library.
$(BUILD)/unit/test_admin: $(filter-out %/main.o,$(admin:%.c=$(BUILD)/%.o))

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(rows) $(lib)
	$(link) -lcmocka $(LIBS)

# With FUZZER=1 (clang) a target is a fuzzer, otherwise it replays the corpus it is given.
$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(if $(FUZZER),,$(BUILD)/tests/fuzz/replay.o) $(rows) $(lib)
	$(link) $(if $(FUZZER),-fsanitize=fuzzer) $(LIBS)

# Takes the place of a program in a test.
$(BUILD)/rogue/rogue: $(BUILD)/tests/rogue/rogue.o $(lib)
	$(link) $(LIBS)

$(BUILD)/bench/commit: $(BUILD)/tests/bench/commit.o $(lib)
	$(link) $(LIBS)

$(BUILD)/bench/%: tests/bench/%.c
	$(call say,LD,$@) mkdir -p $(@D) && $(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< -lfcgi

unit: $(unit) ## build the unit tests
rogue: $(BUILD)/rogue/rogue
fuzz-targets: $(fuzz)

# As many compilers as there are processors, unless make was told how many.
again = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

run: ## install what is missing, build, and serve a demo authority; PORT and DATA may be given
	@tests/deps run
	@$(again) -s all
	@BUILD=$(BUILD) PORT='$(PORT)' DATA='$(DATA)' exec etc/demo/run

check: ## install what is missing, build, and run all tests
	@BUILD=$(BUILD) WERROR=$(WERROR) exec tests/check

lint: ## check floors, banned calls, formatting, documentation
	@tests/deps check
	@$(again) all
	@BUILD=$(BUILD) exec tests/check lint

tidy: ## run clang-tidy (minutes)
	@tests/deps check
	@exec tests/tidy

bench: ## measure CPU time per request, memory, start-up and commits
	@tests/deps bench
	@$(again) all $(BUILD)/bench/null $(BUILD)/bench/ready $(BUILD)/bench/commit
	@BUILD=$(BUILD) tests/bench/run
	@exec $(BUILD)/bench/commit

soak: ## kill processes of ours under load, ROUNDS times, and look whether anything got lost
	@tests/deps check
	@$(again) all
	@BUILD=$(abspath $(BUILD)) ROUNDS=$(ROUNDS) PATH=$(CURDIR)/build/node/bin:$$PATH \
		exec node --test --test-reporter=spec tests/web/soak.test.mjs

fuzz: ## fuzz every parser for FUZZ_SECONDS each (clang)
	@tests/deps check
	@$(again) CC=clang FUZZER=1 SAN=address,undefined,fuzzer-no-link BUILD=$(BUILD)-fuzz fuzz-targets
	@exec tests/fuzz/hunt $(FUZZ_SECONDS) $(BUILD)-fuzz/fuzz/fuzz_*

install: all ## install below PREFIX (DESTDIR is put before it)
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(CGIDIR) $(DESTDIR)$(SBINDIR) $(DESTDIR)$(DATADIR)/templates \
		$(DESTDIR)$(SYSCONFDIR) $(DESTDIR)$(COMPLETIONDIR) \
		$(foreach s,$(sections),$(DESTDIR)$(MANDIR)/man$(s))
	install $(BUILD)/tessera $(DESTDIR)$(BINDIR)
	install $(programs) $(DESTDIR)$(CGIDIR)
	install $(helpers) $(DESTDIR)$(SBINDIR)
	install -m 644 etc/templates/* $(DESTDIR)$(DATADIR)/templates
	install -m 644 $(BUILD)/share/tessera.conf.sample $(DESTDIR)$(SYSCONFDIR)
	install -m 644 $(BUILD)/share/tessera $(DESTDIR)$(COMPLETIONDIR)
	$(foreach m,$(man),install -m 644 $(m) $(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(m)));)

top: ## print the longest files and functions
	@exec tests/top

flags: # for tools that compile by themselves, quoted for a shell
	$(info $(CFLAGS_ALL))@:

clean: ## remove what was built
	rm -rf $(BUILD) $(BUILD)-*

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile

.PHONY: all unit rogue fuzz-targets run check lint tidy bench soak fuzz install top flags clean help
.SECONDARY:
-include $(wildcard $(BUILD)/*/*.d $(BUILD)/*/*/*.d)
