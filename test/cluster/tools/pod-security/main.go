// Command pod-security prints what the given manifests violate of a Pod
// Security Standard, one line each, and exits 1 when there is any violation
// (2: the input cannot be read, or holds no pod at all).
//
//	pod-security [-level restricted] [-version latest] [FILE ...]   (no file: stdin)
//
// The verdict is upstream's own: k8s.io/pod-security-admission/policy.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// manifest has every place where a workload keeps its pod.
type manifest struct {
	Kind     string            `json:"kind"`
	Metadata metav1.ObjectMeta `json:"metadata"`
	Items    []json.RawMessage `json:"items"`
	Spec     json.RawMessage   `json:"spec"`
	Template *podTemplate      `json:"template"`
}

type podTemplate struct {
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     corev1.PodSpec    `json:"spec"`
}

type workloadSpec struct {
	Template    *podTemplate `json:"template"`
	JobTemplate *struct {
		Spec workloadSpec `json:"spec"`
	} `json:"jobTemplate"`
}

type verdict struct{ pods, violations int }

func main() {
	level := flag.String("level", "restricted", "privileged, baseline or restricted")
	version := flag.String("version", "latest", "version of the standard, such as v1.35")
	flag.Parse()
	parsedLevel, levelErr := api.ParseLevel(*level)
	parsedVersion, versionErr := api.ParseVersion(*version)
	evaluator, evaluatorErr := policy.NewEvaluator(policy.DefaultChecks(), nil)
	fail(errors.Join(levelErr, versionErr, evaluatorErr))

	found := verdict{}
	check := func(name string, meta *metav1.ObjectMeta, spec *corev1.PodSpec) {
		found.pods++
		wanted := api.LevelVersion{Level: parsedLevel, Version: parsedVersion}
		for _, result := range evaluator.EvaluatePod(wanted, meta, spec) {
			if !result.Allowed {
				found.violations++
				fmt.Printf("%s: %s: %s\n", name, result.ForbiddenReason, result.ForbiddenDetail)
			}
		}
	}
	for _, path := range flag.Args() {
		file, err := os.Open(path)
		fail(err)
		fail(readAll(file, check))
		fail(file.Close())
	}
	if flag.NArg() == 0 {
		fail(readAll(os.Stdin, check))
	}
	if found.pods == 0 {
		fail(errors.New("no pod or pod template in the input"))
	}
	fmt.Fprintf(os.Stderr, "%d pod specs, %d violations of %s\n", found.pods, found.violations, *level)
	if found.violations > 0 {
		os.Exit(1)
	}
}

type checkFunc func(name string, meta *metav1.ObjectMeta, spec *corev1.PodSpec)

func readAll(input io.Reader, check checkFunc) error {
	decoder := yaml.NewYAMLOrJSONDecoder(bufio.NewReader(input), 1<<16)
	for {
		var raw json.RawMessage
		if err := decoder.Decode(&raw); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := readOne(raw, check); err != nil {
			return err
		}
	}
}

func readOne(raw json.RawMessage, check checkFunc) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var object manifest
	if err := json.Unmarshal(raw, &object); err != nil {
		return err
	}
	for _, item := range object.Items {
		if err := readOne(item, check); err != nil {
			return err
		}
	}
	name := object.Kind + "/" + object.Metadata.Name
	if object.Kind == "Pod" {
		var spec corev1.PodSpec
		if err := json.Unmarshal(object.Spec, &spec); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		check(name, &object.Metadata, &spec)
		return nil
	}
	template := object.Template
	switch object.Kind {
	case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob":
		var spec workloadSpec
		if err := json.Unmarshal(object.Spec, &spec); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		template = spec.Template
		if spec.JobTemplate != nil {
			template = spec.JobTemplate.Spec.Template
		}
	}
	if template != nil {
		check(name, &template.Metadata, &template.Spec)
	}
	return nil
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "pod-security:", err)
		os.Exit(2)
	}
}
