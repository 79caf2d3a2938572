#ifndef CFUZZER_H
#define CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Hands inputs to `check` until libFuzzer is content, which the arguments tell it; it ends the process itself.
/// Returns -1 at once if the program was linked without libFuzzer.
int cfuzzer_run(int argc, char **argv, int (*check)(const uint8_t *bytes, size_t count));

#endif
