package webhookrelay

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/shopkeeper-dev/shopkeeper/internal/routes"
	"github.com/shopkeeper-dev/shopkeeper/internal/serving"
)

// selfSigned is a certificate for 127.0.0.1 and its key, both PEM.
func selfSigned(t *testing.T, serial int64) (cert, key string) {
	t.Helper()
	g := NewWithT(t)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	g.Expect(err).NotTo(HaveOccurred())
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "relay"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour * time.Duration(serial)),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	g.Expect(err).NotTo(HaveOccurred())
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	g.Expect(err).NotTo(HaveOccurred())
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
}

// trusting is a client that trusts one certificate.
func trusting(cert string) *http.Client {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(cert))
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true, ForceAttemptHTTP2: true,
	}}
}

func TestTheCertificateIsReloaded(t *testing.T) {
	m, inbox := newMount(t), &recorder{}
	text, err := routes.Format([]routes.Route{maple()})
	m.Expect(err).NotTo(HaveOccurred())
	first, firstKey := selfSigned(t, 1)
	second, secondKey := selfSigned(t, 2)
	files := map[string]string{"routes.json": string(text), "tls.crt": first, "tls.key": firstKey}
	m.put(files)
	s := newTestServer(t, m, inbox, func(o *Options) { o.Certificate, o.Key = m.path("tls.crt"), m.path("tls.key") })
	r := run(t, s)
	send := func(cert string) error {
		resp, err := trusting(cert).Do(over("https://"+r.webhooks, webhook(maple(), currentSecret, orderBody)))
		if err != nil {
			return err
		}
		m.Expect(resp.StatusCode).To(Equal(200))
		m.Expect(resp.ProtoMajor).To(Equal(2))
		return resp.Body.Close()
	}
	m.Expect(send(first)).To(Succeed())
	count := func(result string) func() float64 {
		return func() float64 {
			return testutil.ToFloat64(s.handler.metrics.reloads.WithLabelValues(serving.CertificateFile, result))
		}
	}
	files["tls.crt"] = second // and not the key
	m.put(files)
	m.Eventually(count("Refused")).Should(Equal(1.0))
	m.Expect(send(first)).To(Succeed(), "the old pair stays in use")

	files["tls.key"] = secondKey
	m.put(files)
	m.Eventually(count("Loaded")).Should(Equal(2.0))
	m.Expect(send(second)).To(Succeed())
	m.Expect(send(first)).To(MatchError(ContainSubstring("unknown authority")))
	expiry := time.Unix(int64(testutil.ToFloat64(s.handler.metrics.certificate)), 0)
	m.Expect(expiry).To(BeTemporally("~", time.Now().Add(2*time.Hour), time.Minute))
	r.end(m)
}

func TestASlowBodyOverHTTP2(t *testing.T) {
	m := newMount(t)
	text, err := routes.Format([]routes.Route{maple()})
	m.Expect(err).NotTo(HaveOccurred())
	cert, key := selfSigned(t, 1)
	m.put(map[string]string{"routes.json": string(text), "tls.crt": cert, "tls.key": key})
	r := run(t, newTestServer(t, m, &recorder{}, func(o *Options) {
		o.Certificate, o.Key = m.path("tls.crt"), m.path("tls.key")
		o.Limits.BodyTime = 50 * time.Millisecond
	}))
	body, sender := io.Pipe()
	defer sender.Close()
	request := over("https://"+r.webhooks, webhook(maple(), currentSecret, orderBody))
	request.Body, request.ContentLength = body, int64(len(orderBody))
	resp, err := trusting(cert).Do(request)
	m.Expect(err).NotTo(HaveOccurred())
	m.Expect(resp.Body.Close()).To(Succeed())
	m.Expect([]int{resp.ProtoMajor, resp.StatusCode}).To(Equal([]int{2, 408}))
	r.end(m)
}

func TestOptionsThatCannotBe(t *testing.T) {
	m := newMount(t)
	cert, _ := selfSigned(t, 1)
	_, key := selfSigned(t, 2)
	m.put(map[string]string{"tls.crt": cert, "tls.key": key})
	good := Options{Inbox: &recorder{}, DrainTime: time.Second, ReloadInterval: time.Second, Log: newTestHandler(nil, nil).log}
	for want, change := range map[string]func(*Options){
		"give both or none":          func(o *Options) { o.Key = m.path("tls.key") },
		"private key does not match": func(o *Options) { o.Certificate, o.Key = m.path("tls.crt"), m.path("tls.key") },
		"no such file":               func(o *Options) { o.Certificate, o.Key = m.path("no"), m.path("no") },
		"reload interval":            func(o *Options) { o.ReloadInterval = 0 },
		"the limit of":               func(o *Options) { o.Limits.Requests = 1 },
	} {
		o := good
		change(&o)
		_, err := New(t.Context(), o)
		m.Expect(err).To(MatchError(ContainSubstring(want)))
	}
}
