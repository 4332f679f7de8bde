package relayprobe

import (
	"crypto/tls"
	"errors"
	"net/http"
)

// isCertificate says whether a connection failed because of the other side's
// certificate, or because it does not speak TLS.
func isCertificate(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	return errors.Is(err, http.ErrSchemeMismatch)
}
