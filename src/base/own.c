#include "config.h"

#include "base/own.h"

#include <stdlib.h>

void *ra_mem_free(void *mem)
{
	free(mem);
	return NULL;
}
