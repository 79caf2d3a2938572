// libcrypto as far as zmey needs it: a key with a certificate of its own, and envelopes (CMS, RFC 5083 and
// 5753) that only such a key opens. Its headers are all macros and opaque stacks, which Swift cannot import.

#ifndef CSEALING_H
#define CSEALING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes made here, or NULL where something failed; csealing_free gives them back, wiped.
struct csealing_bytes {
  uint8_t *bytes;
  size_t count;
};

void csealing_free(struct csealing_bytes bytes);

// A new P-256 key and its self-signed certificate for that common name, valid for so many days, as PEM.
struct csealing_bytes csealing_make_identity(const char *name, int days);

// The first certificate of a PEM text as DER, without reading its key.
struct csealing_bytes csealing_certificate(const uint8_t *pem, size_t count);

// A certificate as PEM.
struct csealing_bytes csealing_pem(const uint8_t *der, size_t count);

// Whether a PEM text has a private key that belongs to its first certificate.
bool csealing_is_identity(const uint8_t *pem, size_t count);

// An envelope that each of these certificates' keys opens; they follow each other as DER, `sizes` bytes each.
struct csealing_bytes csealing_seal(const uint8_t *bytes, size_t count, const uint8_t *certificates,
                                    const size_t *sizes, size_t certificate_count);

// What such an envelope holds, or NULL: not sealed for this key, or changed since.
struct csealing_bytes csealing_open(const uint8_t *envelope, size_t count, const uint8_t *pem, size_t pem_count);

void csealing_sha256(const uint8_t *bytes, size_t count, uint8_t digest[32]);

#endif
