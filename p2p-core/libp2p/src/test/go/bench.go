package main
func bench(args []string) {}
