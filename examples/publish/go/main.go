// Tells Prunella how a run ended, over NATS. Not tried: see README.md.
//
//	NATS_URL=nats://127.0.0.1:4222 go run . plain|cloudevent
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func main() {
	const source, id = "//ci.example.com/shop", "shop/nightly/17/1/finished"
	plain := map[string]any{
		"pipeline_id": "shop/nightly", "repository": "acme/shop", "run_id": "17", "conclusion": "failure",
		"error": map[string]any{"message": "connect ETIMEDOUT 10.0.0.7:443"},
	}
	event := plain
	if len(os.Args) > 1 && os.Args[1] == "cloudevent" {
		event = map[string]any{
			"specversion": "1.0", "type": "dev.prunella.pipeline.finished.v1", "id": id, "source": source, "data": plain,
		}
	}
	nc, err := nats.Connect(os.Getenv("NATS_URL"), nats.RetryOnFailedConnect(true))
	if err != nil {
		log.Fatal(err)
	}
	defer nc.Drain()
	js, err := jetstream.New(nc)
	if err != nil {
		log.Fatal(err)
	}
	body, err := json.Marshal(event)
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	// The message id is by what the stream knows what it has already.
	if _, err := js.Publish(ctx, "pipeline.finished", body, jetstream.WithMsgID(source+"#"+id)); err != nil {
		log.Fatal(err)
	}
}
