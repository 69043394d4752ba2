// The Go Collector's own codec (pdata), doing what the codecs of codecs.ts do: decode, add ten
// attributes to the GenAI spans, encode. Its arguments are how long to warm up and a round in
// milliseconds, how many rounds, and files with a request each; it prints the median CPU time of a
// span in nanoseconds, garbage collection included.
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"syscall"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

var (
	unmarshaler = &ptrace.ProtoUnmarshaler{}
	marshaler   = &ptrace.ProtoMarshaler{}
	bytesOut    int
)

func main() {
	warmUpMs, roundMs, rounds := number(1), number(2), number(3)
	var batches [][]byte
	for _, name := range os.Args[4:] {
		batch, err := os.ReadFile(name)
		check(err)
		batches = append(batches, batch)
	}
	measure(batches, warmUpMs)
	var nanos []float64
	for range rounds {
		nanos = append(nanos, measure(batches, roundMs))
	}
	sort.Float64s(nanos)
	if bytesOut == 0 {
		panic("nothing was encoded")
	}
	fmt.Printf("%.0f\n", nanos[len(nanos)/2])
}

func measure(batches [][]byte, durationMs int) float64 {
	start, cpu, spans := time.Now(), cpuNanos(), 0
	for time.Since(start) < time.Duration(durationMs)*time.Millisecond {
		for _, batch := range batches {
			spans += convert(batch)
		}
	}
	return float64(cpuNanos()-cpu) / float64(spans)
}

func convert(batch []byte) int {
	traces, err := unmarshaler.UnmarshalTraces(batch)
	check(err)
	resources := traces.ResourceSpans()
	for r := 0; r < resources.Len(); r++ {
		scopes := resources.At(r).ScopeSpans()
		for s := 0; s < scopes.Len(); s++ {
			spans := scopes.At(s).Spans()
			for i := 0; i < spans.Len(); i++ {
				price(spans.At(i))
			}
		}
	}
	out, err := marshaler.MarshalTraces(traces)
	check(err)
	bytesOut += len(out)
	return traces.SpanCount()
}

func price(span ptrace.Span) {
	attributes := span.Attributes()
	tokens, found := attributes.Get("gen_ai.usage.input_tokens")
	if !found {
		return
	}
	amount := float64(tokens.Int()) / 1e6
	attributes.EnsureCapacity(attributes.Len() + 10)
	attributes.PutStr("spancost.cost.status", "priced")
	attributes.PutStr("spancost.cost.standing", "counted")
	attributes.PutStr("spancost.price.book", "genai-prices@0.1.8")
	attributes.PutStr("spancost.cost.source", "book")
	attributes.PutStr("spancost.price.card", "openai/gpt-5-mini")
	attributes.PutStr("spancost.cost.currency", "USD")
	attributes.PutDouble("spancost.cost.total", amount)
	attributes.PutStr("spancost.cost.exact", "0.0238275")
	attributes.PutDouble("spancost.cost.input", amount/2)
	attributes.PutDouble("spancost.cost.output", amount/2)
}

// cpuNanos is the user and system time of all threads.
func cpuNanos() int64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func number(index int) int {
	value, err := strconv.Atoi(os.Args[index])
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
