/** Certificates for tests of TLS, made anew each time: no test waits for one to expire. */
#ifndef DYNO_TEST_CERTS_H
#define DYNO_TEST_CERTS_H

#define DYNO_CERTS_PATH_BYTES 256

/** The one password of an encrypted key. */
#define DYNO_CERTS_PASSWORD "open sesame"

/**
 * PEM files in a folder of their own. All but `self` are signed by `ca`, all have the key `key`;
 * `locked_key` is the same key, encrypted.
 */
struct dyno_certs {
    char dir[DYNO_CERTS_PATH_BYTES];
    char ca[DYNO_CERTS_PATH_BYTES];
    char key[DYNO_CERTS_PATH_BYTES];
    char locked_key[DYNO_CERTS_PATH_BYTES];
    char good[DYNO_CERTS_PATH_BYTES];    /**< localhost, 127.0.0.1, ::1 */
    char other[DYNO_CERTS_PATH_BYTES];   /**< other.example */
    char expired[DYNO_CERTS_PATH_BYTES]; /**< as good, until yesterday */
    char future[DYNO_CERTS_PATH_BYTES];  /**< as good, from tomorrow on */
    char self[DYNO_CERTS_PATH_BYTES];    /**< as good, signed by itself */
};

/** Make them below /tmp; 0, or -1 if anything failed. */
int dyno_certs_make(struct dyno_certs *certs);

/** Remove the files and the folder. */
void dyno_certs_remove(const struct dyno_certs *certs);

#endif
