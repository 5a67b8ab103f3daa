// SPDX-License-Identifier: MIT

// load_object OBJECT: loads an object with cilium/ebpf. Exit status 0 when it is loaded, 1 when it is not, 64 when it cannot be read.
package main

import (
	"fmt"
	"os"

	"github.com/cilium/ebpf"
)

func main() {
	if len(os.Args) != 2 {
		os.Exit(64)
	}
	spec, err := ebpf.LoadCollectionSpec(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(64)
	}
	collection, err := ebpf.NewCollection(spec)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	collection.Close()
}
