/* Records in the wrong place, and records that cannot be used. */
#include "world.h"

#include "consumer/correlate/cut.h"

static struct world world;

static void setup(void)
{
    world_init(&world, 4);
}

static void teardown(void)
{
    world_fini(&world);
}

TestSuite(places, .init = setup, .fini = teardown);

/* A finding as JSON, without id and fingerprint, as any client writes it. */
static struct arrival plain(struct finding finding)
{
    struct error err = {0};
    struct arrival arrival = {0};

    arrival.value =
        record_encode(&finding_type, &finding, &world.arena, &arrival.value_bytes, &err);
    cr_assert(arrival.value, "%s %s", err.pointer, err.text);
    return arrival;
}

static int32_t home_of(const struct finding *finding)
{
    char fingerprint[FINGERPRINT_BYTES];

    finding_fingerprint(finding, fingerprint);
    return partition_of_key(fingerprint, strlen(fingerprint), world.rules.partitions);
}

static const struct kept *written(enum output_topic topic)
{
    const struct kept *found = NULL;

    world_commit(&world);
    for (size_t i = 0; i < world.batch_count; i++) {
        if (world.batch[i].topic != topic)
            continue;
        cr_assert_not(found, "one record");
        found = &world.batch[i];
    }
    return found;
}

static const char *header_of(const struct kept *kept, const char *name)
{
    const struct header *header = envelope_find(&kept->envelope, name);

    return header ? header->value : NULL;
}

/* What a record that was sent on becomes in its own partition. */
static struct arrival again(const struct kept *kept)
{
    struct envelope *envelope = arena_alloc(&world.arena, sizeof(*envelope));

    for (size_t i = 0; i < kept->envelope.count; i++) {
        const struct header *header = &kept->envelope.headers[i];

        envelope->headers[envelope->count++] = (struct header){
            .name = arena_strdup(&world.arena, header->name),
            .value = arena_strndup(&world.arena, header->value, header->bytes),
            .bytes = header->bytes,
        };
    }
    return (struct arrival){
        .partition = kept->partition,
        .key = arena_strndup(&world.arena, kept->key, kept->key_bytes),
        .key_bytes = kept->key_bytes,
        .value = arena_strndup(&world.arena, kept->value, kept->value_bytes),
        .value_bytes = kept->value_bytes,
        .envelope = envelope,
    };
}

Test(places, finding_in_the_wrong_partition_is_sent_on_once)
{
    struct finding finding = world_finding(&(struct say){0});
    struct arrival arrival = plain(finding);
    const struct kept *sent;

    arrival.partition = (home_of(&finding) + 1) % 4;
    cr_assert_eq(world_arrive(&world, arrival), RECEIVED_SENT_ON);
    sent = written(OUTPUT_FINDINGS);
    cr_assert_eq(sent->partition, home_of(&finding));
    cr_assert_str_eq(sent->key, world_fingerprint(&world, (struct say){0}));
    cr_assert_str_eq(header_of(sent, HEADER_REKEYED), "1");
    cr_assert_str_eq(header_of(sent, HEADER_FINGERPRINT), sent->key);
    cr_assert_eq(sent->value_bytes, arrival.value_bytes);
    cr_assert_eq(memcmp(sent->value, arrival.value, arrival.value_bytes), 0);
    arrival = again(sent);
    cr_assert_eq(world_arrive(&world, arrival), RECEIVED_NEWS);
    cr_assert_eq(world_arrive(&world, arrival), RECEIVED_DUPLICATE);
    world_commit(&world);
    cr_assert_eq(world_alert(&world, (struct say){0}).count, 1);
}

Test(places, sent_on_and_still_wrong_is_a_dead_letter)
{
    struct finding finding = world_finding(&(struct say){0});
    struct envelope envelope = {.headers = {{HEADER_REKEYED, "1", 1}}, .count = 1};
    struct arrival arrival = plain(finding);
    const struct kept *dead;

    arrival.envelope = &envelope;
    arrival.partition = (home_of(&finding) + 1) % 4;
    arrival.key = world_fingerprint(&world, (struct say){0});
    arrival.key_bytes = strlen(arrival.key);
    cr_assert_eq(world_arrive(&world, arrival), RECEIVED_DEAD);
    dead = written(OUTPUT_DEAD_LETTER);
    cr_assert_str_eq(header_of(dead, DEAD_HEADER_REASON), "wrong_key");
    arrival.partition = home_of(&finding);
    arrival.key = "another";
    arrival.key_bytes = 7;
    cr_assert_eq(world_arrive(&world, arrival), RECEIVED_DEAD, "at home under another key");
}

Test(places, plain_finding_at_home_is_counted)
{
    struct finding finding = world_finding(&(struct say){.version = "v1"});
    struct arrival arrival = plain(finding);

    arrival.partition = home_of(&finding);
    cr_assert_eq(world_arrive(&world, arrival), RECEIVED_NEWS);
    cr_assert_eq(world_arrive(&world, arrival), RECEIVED_DUPLICATE);
}

Test(places, structured_event_is_opened)
{
    struct finding finding = world_finding(&(struct say){0});
    struct arrival arrival = plain(finding);

    arrival.value = arena_printf(&world.arena,
                                 "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/t\","
                                 "\"type\":\"tocsin.finding.v1\",\"data\":%s}",
                                 arrival.value);
    arrival.value_bytes = strlen(arrival.value);
    arrival.partition = home_of(&finding);
    cr_assert_eq(world_arrive(&world, arrival), RECEIVED_NEWS);
}

static const struct {
    const char *what, *value, *reason, *detail;
} unusable[] = {
    {"text", "this is no JSON", "malformed", "line 1"},
    {"empty", "", "malformed", "no value"},
    {"a list", "[]", "malformed", "expected an object"},
    {"no type", "{}", "malformed", "/type"},
    {"a type that is no word", "{\"type\":7}", "malformed", "/type"},
    {"another type", "{\"type\":\"no.such.type\"}", "unknown_type", "no.such.type"},
    {"a measurement of nothing", "{\"type\":\"tocsin.measurement.v1\"}", "malformed", "/id"},
    {"nothing in it", "{\"type\":\"tocsin.finding.v1\"}", "malformed", "/"},
    {"wrong kind", "{\"type\":\"tocsin.finding.v1\",\"rule\":{\"id\":7}}", "malformed", "/rule/id"},
    {"invalid UTF-8", "{\"type\":\"tocsin.finding.v1\",\"rule\":{\"id\":\"\xff\"}}", "malformed",
     "UTF-8"},
    {"an end of no run", "{\"type\":\"tocsin.run-end.v1\"}", "malformed", "/"},
};

Test(places, what_cannot_be_used_is_a_dead_letter)
{
    struct envelope envelope = {.headers = {{"their-own", "kept", 4}}, .count = 1};

    for (size_t i = 0; i < sizeof(unusable) / sizeof(unusable[0]); i++) {
        const char *what = unusable[i].what;
        const struct kept *dead;
        struct arrival arrival = {.partition = 2,
                                  .key = "k",
                                  .key_bytes = 1,
                                  .value = unusable[i].value,
                                  .value_bytes = strlen(unusable[i].value),
                                  .envelope = &envelope};

        cr_assert_eq(world_arrive(&world, arrival), RECEIVED_DEAD, "%s", what);
        dead = written(OUTPUT_DEAD_LETTER);
        cr_assert_str_eq(dead->value, unusable[i].value, "%s", what);
        cr_assert_str_eq(dead->key, "k");
        cr_assert_str_eq(header_of(dead, DEAD_HEADER_KIND), "record");
        cr_assert_str_eq(header_of(dead, DEAD_HEADER_REASON), unusable[i].reason, "%s", what);
        cr_assert(strstr(header_of(dead, DEAD_HEADER_DETAIL), unusable[i].detail), "%s: %s", what,
                  header_of(dead, DEAD_HEADER_DETAIL));
        cr_assert_str_eq(header_of(dead, DEAD_HEADER_TOPIC), "tocsin.findings");
        cr_assert_str_eq(header_of(dead, CONNECT_HEADER_TOPIC), "tocsin.findings");
        cr_assert_str_eq(header_of(dead, DEAD_HEADER_PARTITION), "2");
        cr_assert_eq(strtoll(header_of(dead, DEAD_HEADER_OFFSET), NULL, 10), (long long)i);
        cr_assert_str_eq(header_of(dead, "their-own"), "kept");
        cr_assert_not(header_of(dead, DEAD_HEADER_SHA256));
        cr_assert_eq(world.positions[2], (int64_t)i + 1);
    }
}

Test(places, fingerprint_that_lies_is_a_wrong_key)
{
    struct finding finding = world_finding(&(struct say){0});
    const struct kept *dead;

    finding.fingerprint = "v1:00000000000000000000000000000000";
    cr_assert_eq(world_arrive(&world, plain(finding)), RECEIVED_DEAD);
    dead = written(OUTPUT_DEAD_LETTER);
    cr_assert_str_eq(header_of(dead, DEAD_HEADER_REASON), "wrong_key");
    cr_assert(strstr(header_of(dead, DEAD_HEADER_DETAIL), "/fingerprint"));
}

/* A finding of exactly so many bytes. */
static struct arrival sized(size_t bytes)
{
    struct finding finding = world_finding(&(struct say){.prompt = "size"});
    struct arrival arrival = plain(finding);
    char *output = arena_alloc(&world.arena, bytes);

    memset(output, 'x', bytes - arrival.value_bytes + strlen(finding.output));
    finding.output = output;
    arrival = plain(finding);
    cr_assert_eq(arrival.value_bytes, bytes);
    arrival.partition = home_of(&finding);
    return arrival;
}

Test(places, record_at_and_over_its_limit)
{
    const struct kept *dead;
    struct arrival over = sized(FINDING_RECORD_BYTES_MAX + 1);

    cr_assert_eq(world_arrive(&world, sized(FINDING_RECORD_BYTES_MAX)), RECEIVED_NEWS);
    cr_assert_eq(world_arrive(&world, over), RECEIVED_DEAD);
    dead = written(OUTPUT_DEAD_LETTER);
    cr_assert_str_eq(header_of(dead, DEAD_HEADER_REASON), "too_large");
    cr_assert_eq(dead->value_bytes, over.value_bytes, "it fits whole");
}

static void cut_at(size_t bytes_max, const struct arrival *arrival)
{
    const struct kept *dead = written(OUTPUT_DEAD_LETTER);
    char hex[SHA256_HEX_BYTES], bytes[24];
    size_t headers = 0;

    for (size_t i = 0; i < dead->envelope.count; i++)
        headers += strlen(dead->envelope.headers[i].name) + dead->envelope.headers[i].bytes;
    cr_assert_leq(dead->value_bytes + dead->key_bytes + headers, bytes_max);
    cr_assert_gt(dead->value_bytes, bytes_max - 4096);
    cr_assert_eq(memcmp(dead->value, arrival->value, dead->value_bytes), 0);
    sha256_hex(arrival->value, arrival->value_bytes, hex);
    snprintf(bytes, sizeof(bytes), "%zu", arrival->value_bytes);
    cr_assert_str_eq(header_of(dead, DEAD_HEADER_SHA256), hex);
    cr_assert_str_eq(header_of(dead, DEAD_HEADER_BYTES), bytes);
}

Test(places, dead_letter_that_does_not_fit_is_cut)
{
    struct arrival arrival = {.value_bytes = 5000000};
    char *value = arena_alloc(&world.arena, arrival.value_bytes);

    memset(value, 'y', arrival.value_bytes);
    arrival.value = value;
    cr_assert_eq(world_arrive(&world, arrival), RECEIVED_DEAD);
    cut_at(DEAD_LETTER_TOPIC_MESSAGE_BYTES_MAX, &arrival);
    correlator_limit_dead(world.correlator, 16384);
    cr_assert_eq(world_arrive(&world, arrival), RECEIVED_DEAD);
    cut_at(16384, &arrival);
}

Test(places, more_headers_than_a_dead_letter_holds)
{
    struct envelope envelope = {.count = ENVELOPE_HEADERS_MAX};
    struct arrival arrival = {.value = "x", .value_bytes = 1, .envelope = &envelope};
    const struct kept *dead;

    for (size_t i = 0; i < ENVELOPE_HEADERS_MAX; i++)
        envelope.headers[i] =
            (struct header){.name = "h", .value = i % 2 ? "v" : NULL, .bytes = i % 2};
    cr_assert_eq(world_arrive(&world, arrival), RECEIVED_DEAD);
    dead = written(OUTPUT_DEAD_LETTER);
    cr_assert_leq(dead->envelope.count, ENVELOPE_HEADERS_MAX);
    cr_assert_str_eq(header_of(dead, DEAD_HEADER_REASON), "malformed");
    cr_assert(header_of(dead, "h"));
}

Test(places, dead_letters_and_what_is_sent_on_are_taken_back_with_the_batch)
{
    struct arrival arrival = {.value = "x", .value_bytes = 1};

    world_arrive(&world, arrival);
    correlator_rollback(world.correlator);
    cr_assert_not(correlator_pending(world.correlator));
    world_say(&world, (struct say){0});
    cr_assert_not(written(OUTPUT_DEAD_LETTER));
}
