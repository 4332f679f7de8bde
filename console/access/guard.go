package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/cache"
	"k8s.io/apimachinery/pkg/util/validation"
	authenticationclient "k8s.io/client-go/kubernetes/typed/authentication/v1"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"k8s.io/client-go/rest"

	"github.com/shopkeeper-dev/shopkeeper/internal/ledger"
)

// DefaultAudience is whom a token has to be for.
const DefaultAudience = "shopkeeper-console"

const (
	// rememberFor is how long a token that was found good is taken for good, and
	// remember how many are.
	rememberFor = 10 * time.Second
	remember    = 4096
	// askTime is how long Kubernetes may take to answer.
	askTime = 5 * time.Second
)

var (
	// ErrUnknown says that a token is missing, not valid or for another audience.
	ErrUnknown = errors.New("the token is not valid for this service")
	// ErrDenied says that the token's owner may not do it, or that there is no such
	// store: whoever may not know learns nothing.
	ErrDenied = errors.New("Kubernetes does not allow it") //nolint:staticcheck // it is a name
)

// Options make a Guard.
type Options struct {
	// Kubernetes is where tokens are reviewed; it has to allow this process to create
	// tokenreviews and subjectaccessreviews.
	Kubernetes *rest.Config
	// Ledger is what the Guard stands before.
	Ledger *ledger.Ledger
	// Audience is whom tokens have to be for: DefaultAudience where empty.
	Audience string
	// Now is the clock by which reviews are remembered; time.Now where nil.
	Now func() time.Time
}

// Guard lets people into stores.
type Guard struct {
	tokens   authenticationclient.TokenReviewInterface
	rights   authorizationclient.SubjectAccessReviewInterface
	ledger   *ledger.Ledger
	audience string
	// users are those of the tokens that were found good, by the tokens' hashes.
	users *cache.LRUExpireCache
}

// user is whose a token is, as Kubernetes says.
type user struct {
	name, uid string
	groups    []string
	extra     map[string]authorizationv1.ExtraValue
}

type clock func() time.Time

func (c clock) Now() time.Time { return c() }

// NewGuard returns a Guard; it asks nothing yet.
func NewGuard(o Options) (*Guard, error) {
	config := rest.CopyConfig(o.Kubernetes)
	config.Timeout = askTime
	config.QPS = -1 // how many ask at a time is bounded by who takes requests
	tokens, err := authenticationclient.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	rights, err := authorizationclient.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	if o.Audience == "" {
		o.Audience = DefaultAudience
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Guard{
		tokens: tokens.TokenReviews(), rights: rights.SubjectAccessReviews(), ledger: o.Ledger, audience: o.Audience,
		users: cache.NewLRUExpireCacheWithClock(remember, clock(o.Now)),
	}, nil
}

// Enter lets the owner of a token into a store, where they have all permissions
// that are needed. The error is ErrUnknown, ErrDenied, or says that Kubernetes could
// not be asked.
func (g *Guard) Enter(ctx context.Context, token string, store ledger.Store, needs ...Permission) (*Scope, error) {
	who, err := g.identify(ctx, token)
	if err != nil {
		return nil, err
	}
	// Kubernetes takes an empty name for all names.
	if len(needs) == 0 || len(validation.IsDNS1123Label(store.Tenant)) > 0 || len(validation.IsDNS1123Subdomain(store.Name)) > 0 {
		return nil, ErrDenied
	}
	for _, p := range needs {
		answer, err := g.rights.Create(ctx, p.question(who, store), metav1.CreateOptions{})
		if err != nil {
			return nil, fmt.Errorf("asking Kubernetes what is allowed: %w", err)
		}
		if !answer.Status.Allowed {
			return nil, ErrDenied
		}
	}
	return &Scope{ledger: g.ledger, store: store, person: who.name}, nil
}

// identify says whose a token is.
func (g *Guard) identify(ctx context.Context, token string) (user, error) {
	if token == "" {
		return user{}, ErrUnknown
	}
	key := sha256.Sum256([]byte(token))
	if known, ok := g.users.Get(key); ok {
		return known.(user), nil
	}
	review, err := g.tokens.Create(ctx, &authenticationv1.TokenReview{
		Spec: authenticationv1.TokenReviewSpec{Token: token, Audiences: []string{g.audience}},
	}, metav1.CreateOptions{})
	if err != nil {
		return user{}, fmt.Errorf("asking Kubernetes whose the token is: %w", err)
	}
	// A review that names no audience is by one who does not look at audiences.
	if !review.Status.Authenticated || !slices.Contains(review.Status.Audiences, g.audience) {
		return user{}, ErrUnknown
	}
	found := review.Status.User
	who := user{name: found.Username, uid: found.UID, groups: found.Groups, extra: map[string]authorizationv1.ExtraValue{}}
	for name, values := range found.Extra {
		who.extra[name] = authorizationv1.ExtraValue(values)
	}
	g.users.Add(key, who, rememberFor)
	return who, nil
}

// Audience is whom tokens have to be for.
func (g *Guard) Audience() string { return g.audience }
