//go:build tools

// Package tools pins the helm-unittest command that the chart tests use.
package tools

import _ "github.com/helm-unittest/helm-unittest/cmd/helm-unittest"
