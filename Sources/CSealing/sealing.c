#include "CSealing.h"

#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <string.h>

static const struct csealing_bytes none;

void csealing_free(struct csealing_bytes bytes) { OPENSSL_clear_free(bytes.bytes, bytes.count); }

// Copies what a memory BIO holds and gives it back. What failed before left it NULL or the errors in the queue.
static struct csealing_bytes take(BIO *bio, bool is_whole) {
  struct csealing_bytes taken = none;
  char *data;
  long count = bio ? BIO_get_mem_data(bio, &data) : 0;
  // One byte at least, so that what is empty differs from what failed.
  if (is_whole && bio && (taken.bytes = OPENSSL_malloc(count + 1))) {
    memcpy(taken.bytes, data, count);
    taken.count = count;
  }
  BIO_free(bio);
  ERR_clear_error();
  return taken;
}

// A key in a file must be readable without a person: without this, libcrypto would ask the terminal.
static int no_password(char *buffer, int size, int writing, void *context) {
  (void)buffer, (void)size, (void)writing, (void)context;
  return -1;
}

static X509 *read_certificate(const uint8_t *pem, size_t count) {
  BIO *bio = BIO_new_mem_buf(pem, (int)count);
  X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, no_password, NULL) : NULL;
  BIO_free(bio);
  return certificate;
}

static EVP_PKEY *read_key(const uint8_t *pem, size_t count) {
  BIO *bio = BIO_new_mem_buf(pem, (int)count);
  EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
  BIO_free(bio);
  return key;
}

static bool add_extension(X509 *certificate, int kind, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
  bool added = extension && X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  return added;
}

static bool fill(X509 *certificate, EVP_PKEY *key, const char *name, int days) {
  // 159 random bits, and so never negative.
  uint8_t serial[20];
  if (RAND_bytes(serial, sizeof serial) != 1) return false;
  serial[0] &= 0x7f;
  BIGNUM *number = BN_bin2bn(serial, sizeof serial, NULL);
  bool numbered = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  X509_NAME *subject = X509_get_subject_name(certificate);
  return numbered && X509_set_version(certificate, X509_VERSION_3) &&
         // An hour ago: clocks differ.
         X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) &&
         X509_time_adj_ex(X509_getm_notAfter(certificate), days, 0, NULL) &&
         X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const uint8_t *)name, -1, -1, 0) &&
         X509_set_issuer_name(certificate, subject) && X509_set_pubkey(certificate, key) &&
         add_extension(certificate, NID_key_usage, "critical,digitalSignature,keyAgreement") &&
         add_extension(certificate, NID_subject_key_identifier, "hash") &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

struct csealing_bytes csealing_make_identity(const char *name, int days) {
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = X509_new();
  BIO *bio = BIO_new(BIO_s_mem());
  bool made = key && certificate && bio && fill(certificate, key, name, days) &&
              PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) &&
              PEM_write_bio_X509(bio, certificate);
  EVP_PKEY_free(key);
  X509_free(certificate);
  return take(bio, made);
}

struct csealing_bytes csealing_certificate(const uint8_t *pem, size_t count) {
  X509 *certificate = read_certificate(pem, count);
  BIO *bio = BIO_new(BIO_s_mem());
  bool written = certificate && bio && i2d_X509_bio(bio, certificate);
  X509_free(certificate);
  return take(bio, written);
}

struct csealing_bytes csealing_pem(const uint8_t *der, size_t count) {
  X509 *certificate = d2i_X509(NULL, &der, (long)count);
  BIO *bio = BIO_new(BIO_s_mem());
  bool written = certificate && bio && PEM_write_bio_X509(bio, certificate);
  X509_free(certificate);
  return take(bio, written);
}

bool csealing_is_identity(const uint8_t *pem, size_t count) {
  X509 *certificate = read_certificate(pem, count);
  EVP_PKEY *key = read_key(pem, count);
  bool belongs = certificate && key && X509_check_private_key(certificate, key) == 1;
  X509_free(certificate);
  EVP_PKEY_free(key);
  ERR_clear_error();
  return belongs;
}

// The key derivation's digest would be SHA-1 if nothing were said.
static bool add_recipient(CMS_ContentInfo *envelope, X509 *certificate) {
  CMS_RecipientInfo *recipient = CMS_add1_recipient_cert(envelope, certificate, CMS_KEY_PARAM);
  if (!recipient) return false;
  EVP_PKEY_CTX *context = CMS_RecipientInfo_get0_pkey_ctx(recipient);
  return CMS_RecipientInfo_type(recipient) != CMS_RECIPINFO_AGREE ||
         (context && EVP_PKEY_CTX_set_ecdh_kdf_md(context, EVP_sha256()) > 0);
}

struct csealing_bytes csealing_seal(const uint8_t *bytes, size_t count, const uint8_t *certificates,
                                    const size_t *sizes, size_t certificate_count) {
  const unsigned flags = CMS_BINARY | CMS_PARTIAL;
  CMS_ContentInfo *envelope = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm());
  // Within the envelope, not beside it.
  bool sealed = envelope && CMS_set_detached(envelope, 0);
  for (size_t index = 0; sealed && index < certificate_count; index++) {
    X509 *certificate = d2i_X509(NULL, &certificates, (long)sizes[index]);
    sealed = certificate && add_recipient(envelope, certificate);
    X509_free(certificate);
  }
  BIO *content = BIO_new_mem_buf(bytes, (int)count);
  BIO *bio = BIO_new(BIO_s_mem());
  sealed = sealed && content && bio && CMS_final(envelope, content, NULL, flags) && i2d_CMS_bio(bio, envelope);
  BIO_free(content);
  CMS_ContentInfo_free(envelope);
  return take(bio, sealed);
}

struct csealing_bytes csealing_open(const uint8_t *envelope, size_t count, const uint8_t *pem, size_t pem_count) {
  CMS_ContentInfo *content = d2i_CMS_ContentInfo(NULL, &envelope, (long)count);
  X509 *certificate = read_certificate(pem, pem_count);
  EVP_PKEY *key = read_key(pem, pem_count);
  BIO *bio = BIO_new(BIO_s_secmem());
  bool opened = content && certificate && key && bio &&
                OBJ_obj2nid(CMS_get0_type(content)) == NID_id_smime_ct_authEnvelopedData &&
                CMS_decrypt(content, key, certificate, NULL, bio, CMS_BINARY);
  CMS_ContentInfo_free(content);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return take(bio, opened);
}

void csealing_sha256(const uint8_t *bytes, size_t count, uint8_t digest[32]) { SHA256(bytes, count, digest); }
