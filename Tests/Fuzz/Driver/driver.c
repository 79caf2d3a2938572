#include "CFuzzer.h"

// Of libFuzzer (clang's compiler-rt), which only `make fuzz` links. Weak: without it the address is null.
__attribute__((weak)) int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*check)(const uint8_t *, size_t));

int cfuzzer_run(int argc, char **argv, int (*check)(const uint8_t *bytes, size_t count)) {
    return LLVMFuzzerRunDriver ? LLVMFuzzerRunDriver(&argc, &argv, check) : -1;
}

// The runtime brings a main of its own that wants this. The linker takes ours, so nobody calls it.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    (void)bytes;
    (void)count;
    return -1;
}
