//go:build tools

// Package tools pins the kubeconform command that the chart tests use.
package tools

import _ "github.com/yannh/kubeconform/cmd/kubeconform"
