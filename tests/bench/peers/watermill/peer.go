// Watermill over Redis streams: `peer publish` reads events from stdin, `peer consume` stores them.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill-redisstream/pkg/redisstream"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
)

// A subscription reads one message at a time; so many of them share the group.
const subscriptions = 32

var logger = watermill.NewStdLogger(false, false)

type event struct {
	Symbol        string    `json:"symbol"`
	At            time.Time `json:"at"`
	Price         float64   `json:"price"`
	Change        float64   `json:"change"`
	PercentChange float64   `json:"percent_change"`
	High          float64   `json:"high"`
	Low           float64   `json:"low"`
	Open          float64   `json:"open"`
	PreviousClose float64   `json:"previous_close"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	tasks := map[string]func(context.Context, redis.UniversalClient) error{"publish": publish, "consume": consume}
	options, err := redis.ParseURL(os.Getenv("PEER_REDIS_URL"))
	if err != nil {
		log.Fatal(err)
	}
	options.PoolSize = 2 * subscriptions
	if err := tasks[os.Args[1]](ctx, redis.NewClient(options)); err != nil {
		log.Fatal(err)
	}
}

func publish(_ context.Context, client redis.UniversalClient) error {
	publisher, err := redisstream.NewPublisher(redisstream.PublisherConfig{Client: client}, logger)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		payload := append([]byte(nil), lines.Bytes()...)
		if err := publisher.Publish(os.Getenv("PEER_STREAM"), message.NewMessage(watermill.NewUUID(), payload)); err != nil {
			return err
		}
	}
	return lines.Err()
}

func consume(ctx context.Context, client redis.UniversalClient) error {
	pool, err := pgxpool.New(ctx, os.Getenv("PEER_DATABASE_URL"))
	if err != nil {
		return err
	}
	defer pool.Close()
	script, err := os.ReadFile(os.Getenv("PEER_SCRIPT"))
	if err != nil {
		return err
	}
	store := storeIn(pool, client, redis.NewScript(string(script)))
	router, err := message.NewRouter(message.RouterConfig{}, logger)
	if err != nil {
		return err
	}
	subscriber, err := redisstream.NewSubscriber(redisstream.SubscriberConfig{
		Client:        client,
		ConsumerGroup: "peer",
	}, logger)
	if err != nil {
		return err
	}
	for n := range subscriptions {
		router.AddConsumerHandler(fmt.Sprintf("store-%d", n), os.Getenv("PEER_STREAM"), subscriber, store)
	}
	return router.Run(ctx)
}

func storeIn(pool *pgxpool.Pool, client redis.UniversalClient, newer *redis.Script) message.NoPublishHandlerFunc {
	latest := []string{os.Getenv("PEER_LATEST")}
	insert := fmt.Sprintf(`
		insert into %s (symbol, at, price, change, percent_change, high, low, open, previous_close)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict do nothing`, os.Getenv("PEER_TABLE"))
	return func(msg *message.Message) error {
		var e event
		if err := json.Unmarshal(msg.Payload, &e); err != nil {
			return err
		}
		ctx := msg.Context()
		if _, err := pool.Exec(ctx, insert, e.Symbol, e.At, e.Price, e.Change, e.PercentChange, e.High, e.Low, e.Open,
			e.PreviousClose); err != nil {
			return err
		}
		at := e.At.UTC().Format("2006-01-02T15:04:05.000Z")
		return newer.Run(ctx, client, latest, e.Symbol, at, string(msg.Payload)).Err()
	}
}
