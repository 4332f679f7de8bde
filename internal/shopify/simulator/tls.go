package simulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"slices"
	"time"
)

// certificateLife is how long a CA and its certificate are good for. Neither
// outlives its process, so it is only to be longer than any demo.
const certificateLife = 365 * 24 * time.Hour

// CA is a certificate authority for the simulator alone: it may sign for no name
// but its own hosts', and its key never leaves the process. So trusting it
// opens no other connection to anybody.
type CA struct {
	pem    []byte
	server tls.Certificate
}

// NewCA makes a CA with a certificate for *.myshopify.com, localhost, 127.0.0.1,
// ::1 and the given hosts, which are names or IP addresses. The real clock
// dates them, for the client's does so too.
func NewCA(hosts ...string) (*CA, error) {
	names, addresses := []string{"*.myshopify.com", "localhost"}, []net.IP{net.IPv4(127, 0, 0, 1).To4(), net.IPv6loopback}
	for _, host := range hosts {
		ip := net.ParseIP(host)
		switch {
		case ip == nil && host == "":
			return nil, fmt.Errorf("an empty host cannot have a certificate")
		case ip == nil:
			names = append(names, host)
		case ip.To4() != nil:
			addresses = append(addresses, ip.To4())
		default:
			addresses = append(addresses, ip)
		}
	}
	now := time.Now()
	root := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "Simulated Shopify"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: slices.Concat([]string{"myshopify.com"}, names[1:]),
		PermittedIPRanges: ranges(addresses),
	}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &rootKey.PublicKey, rootKey)
	if err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano() + 1), Subject: pkix.Name{CommonName: "Simulated Shopify server"},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: names, IPAddresses: addresses,
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, &leafKey.PublicKey, rootKey)
	if err != nil {
		return nil, err
	}
	return &CA{
		pem:    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER}),
		server: tls.Certificate{Certificate: [][]byte{leafDER, rootDER}, PrivateKey: leafKey},
	}, nil
}

func ranges(addresses []net.IP) []*net.IPNet {
	var nets []*net.IPNet
	for _, ip := range addresses {
		nets = append(nets, &net.IPNet{IP: ip, Mask: net.CIDRMask(8*len(ip), 8*len(ip))})
	}
	return nets
}

// PEM is the CA's certificate, for its clients to trust.
func (ca *CA) PEM() []byte { return slices.Clone(ca.pem) }

// ServerConfig is what a server needs to answer as every host of the CA.
func (ca *CA) ServerConfig() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{ca.server}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
}
