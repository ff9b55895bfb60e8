/*
 * null - answers every FastCGI request with the same short document
 * SPDX-License-Identifier: ISC
 *
 * What a request costs before a program has done anything: the web server,
 * the socket and libfcgi. The bench shows the others as multiples of this.
 */
#include <fcgiapp.h>
#include <stdlib.h>

static const char answer[] =
	"Status: 200\r\nContent-Type: application/json\r\nContent-Length: 192\r\n"
	"Cache-Control: no-store\r\n\r\n"
	"{\"access_token\":\"012345678901234567890123456789012345678901234567890123456789"
	"0123456789012345678901234567890123456789012345678901234567890123456789012\","
	"\"token_type\":\"Bearer\",\"expires_in\":3600}";

int
main(void)
{
	FCGX_Request rq;
	char sink[4096];

	/* As our programs do: without it every answer waits for the server to close. */
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "50", 1);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&rq, 0, 0) != 0)
		return 111;
	while (FCGX_Accept_r(&rq) >= 0) {
		while (FCGX_GetStr(sink, sizeof(sink), rq.in) > 0)
			;
		FCGX_PutStr(answer, sizeof(answer) - 1, rq.out);
		FCGX_Finish_r(&rq);
	}
	return 0;
}
