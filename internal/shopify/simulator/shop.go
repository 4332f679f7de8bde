package simulator

import "strings"

// shopTypes are the shop itself and its online store.
var shopTypes = map[string]fields{
	"QueryRoot": {
		"shop":        root(func(r *request, _ arguments) (any, error) { return r.shop, nil }),
		"onlineStore": root(func(r *request, _ arguments) (any, error) { return r.shop, nil }),
		"publicApiVersions": root(func(r *request, _ arguments) (any, error) {
			versions := []any{}
			for _, v := range r.versions {
				versions = append(versions, apiVersion(r, v))
			}
			return versions, nil
		}),
	},
	"Shop": {
		"id":                 idOf("Shop", func(s *Shop) uint64 { return s.ID }),
		"name":               show(func(s *Shop) any { return s.Name }),
		"email":              show(func(s *Shop) any { return s.Email }),
		"contactEmail":       show(func(s *Shop) any { return s.Email }),
		"shopOwnerName":      show(func(s *Shop) any { return s.Owner }),
		"myshopifyDomain":    show(func(s *Shop) any { return s.Domain }),
		"currencyCode":       show(func(s *Shop) any { return s.Currency }),
		"ianaTimezone":       show(func(s *Shop) any { return s.Timezone }),
		"taxesIncluded":      show(func(s *Shop) any { return s.TaxesIncluded }),
		"taxShipping":        show(func(s *Shop) any { return s.TaxShipping }),
		"customerAccounts":   show(func(s *Shop) any { return s.CustomerAccounts }),
		"customerAccountsV2": show(customerAccountsV2),
		"url":                show(func(s *Shop) any { return "https://" + customerHost(s) }),
		"createdAt":          show(func(s *Shop) any { return dateTime(s.CreatedAt) }),
		"updatedAt":          show(func(s *Shop) any { return dateTime(s.UpdatedAt) }),
		"features": show(func(s *Shop) any {
			return record{"storefront": s.Storefront, "marketDrivenShipping": s.MarketDrivenShipping, "shopifyPlus": isPlus(s)}
		}),
		"plan": show(func(s *Shop) any {
			return record{
				"displayName": s.Plan, "publicDisplayName": s.Plan,
				"partnerDevelopment": s.PartnerDevelopment, "shopifyPlus": isPlus(s),
			}
		}),
		"primaryDomain": show(func(s *Shop) any {
			return record{"id": gid("Domain", s.ID), "host": customerHost(s), "url": "https://" + customerHost(s), "sslEnabled": true}
		}),
	},
	"OnlineStore": {
		"passwordProtection": show(func(s *Shop) any { return record{"enabled": s.PasswordEnabled} }),
	},
}

func findShopNode(r *request, id uint64) (any, error) {
	if id != r.shop.ID {
		return nil, nil
	}
	return r.shop, nil
}

// customerAccountsV2 shows classic accounts where the setting is for them alone.
func customerAccountsV2(s *Shop) any {
	version := "NEW_CUSTOMER_ACCOUNTS"
	if s.CustomerAccounts == "DISABLED" {
		version = "CLASSIC"
	}
	return record{
		"customerAccountsVersion": version, "loginRequiredAtCheckout": s.LoginRequiredAtCheckout,
		"loginLinksVisibleOnStorefrontAndCheckout": s.LoginLinksVisible, "url": nil,
	}
}

// customerHost is the host that customers see.
func customerHost(s *Shop) string {
	if s.PrimaryDomain != "" {
		return s.PrimaryDomain
	}
	return s.Domain
}

func isPlus(s *Shop) bool { return strings.Contains(s.Plan, "Plus") }

// planHandle is REST's name for a plan, such as basic.
func planHandle(plan string) string {
	return strings.ToLower(strings.ReplaceAll(plan, " ", "_"))
}
