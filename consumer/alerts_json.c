/*
 * alerts_json.c - what `tocsind alerts` prints with --json.
 *
 * Records stand in it as they lie on their topics, so their schemas hold for them; beside them what
 * routing sees of the alert with the configuration at hand, where it is worst.
 */
#include <string.h>

#include "consumer/alerts.h"

static int set(json_t *object, const char *name, json_t *value, struct error *err)
{
    if (!value || json_object_set_new(object, name, value))
        return error_is_set(err) ? -1 : error_set(err, ERROR_MEMORY, "out of memory for JSON");
    return 0;
}

static json_t *text_or_null(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

static json_t *time_or_null(int64_t time_ms)
{
    char text[TIME_TEXT_BYTES];

    if (time_ms == 0)
        return json_null();
    time_format(time_ms, text);
    return json_string(text);
}

static json_t *labels_json(const struct list *labels)
{
    const struct label *items = labels->items;
    json_t *object = json_object();

    for (size_t i = 0; i < labels->count; i++)
        json_object_set_new(object, items[i].name, json_string(items[i].value));
    return object;
}

static json_t *receivers_json(const struct alert *alert)
{
    const struct told *told = alert->told.items;
    json_t *list = json_array();

    for (size_t i = 0; i < alert->told.count; i++)
        json_array_append_new(list, json_string(told[i].integration));
    return list;
}

static int add_links(const struct addresses *addresses, json_t *view, struct error *err)
{
    const struct {
        const char *name, *url;
    } rows[] = {
        {"report", addresses->links.report},   {"artifact", addresses->links.artifact},
        {"runbook", addresses->links.runbook}, {"commit", addresses->commit},
        {"compare", addresses->compare},       {"ticket", addresses->ticket},
    };
    json_t *links = json_object();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].url)
            json_object_set_new(links, rows[i].name, json_string(rows[i].url));
    }
    return set(view, "links", links, err);
}

static json_t *delivery_json(const struct alert_delivery *delivery, struct error *err)
{
    const struct group_state *group = delivery->group;
    const struct list nothing = {NULL, 0};
    json_t *object = json_object();
    bool known = delivery->member != NULL;

    if (set(object, "integration", json_string(delivery->integration), err) ||
        set(object, "group_key", text_or_null(delivery->group_key), err) ||
        set(object, "wanted", known ? json_integer(delivery->member->wanted) : json_null(), err) ||
        set(object, "told", known ? json_integer(delivery->member->told) : json_null(), err) ||
        set(object, "told_at", time_or_null(group ? group->told_ms : 0), err) ||
        set(object, "attempt", json_integer(group ? group->attempt : 0), err) ||
        set(object, "not_before", time_or_null(group ? group->not_before_ms : 0), err) ||
        set(object, "last_error", text_or_null(group ? group->last_error : NULL), err) ||
        set(object, "stored", labels_json(group ? &group->stored : &nothing), err)) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static int add_deliveries(const struct alert_view *view, json_t *object, struct error *err)
{
    json_t *list = json_array();

    for (size_t i = 0; i < view->deliveries_count; i++) {
        json_t *delivery = delivery_json(&view->deliveries[i], err);

        if (!delivery || json_array_append_new(list, delivery)) {
            json_decref(list);
            return error_is_set(err) ? -1 : error_set(err, ERROR_MEMORY, "out of memory for JSON");
        }
    }
    return set(object, "deliveries", list, err);
}

static int add_whole(const struct alert_view *view, json_t *object, struct error *err)
{
    json_t *evidence =
        view->evidence ? record_encode_value(&evidence_type, view->evidence, err) : json_null();

    if (set(object, "evidence", evidence, err) || add_links(&view->addresses, object, err))
        return -1;
    return add_deliveries(view, object, err);
}

json_t *alert_view_json(const struct alert_view *view, bool whole, struct error *err)
{
    const struct enriched *seen = &view->enriched;
    const struct alert *alert = view->alert;
    const char *rule = seen->overridden ? seen->overridden->name : NULL;
    json_t *object = json_object();

    if (set(object, "fingerprint", json_string(alert->fingerprint), err) ||
        set(object, "status", json_string(alert_status_names[alert->status]), err) ||
        set(object, "severity", json_string(severity_names[seen->severity]), err) ||
        set(object, "severity_rule", text_or_null(rule), err) ||
        set(object, "team", text_or_null(seen->team), err) ||
        set(object, "owner", text_or_null(seen->owner), err) ||
        set(object, "labels", labels_json(&seen->labels), err) ||
        set(object, "receivers", receivers_json(alert), err) ||
        set(object, "alert", record_encode_value(&alert_type, alert, err), err) ||
        (whole && add_whole(view, object, err))) {
        json_decref(object);
        return NULL;
    }
    return object;
}

int alert_story_json(const struct alerts_query *query, const struct alert_view *view,
                     struct error *err)
{
    json_t *object = alert_view_json(view, true, err);
    int rc = object ? json_dumpf(object, query->out, JSON_INDENT(2)) : -1;

    json_decref(object);
    fputc('\n', query->out);
    return rc && !error_is_set(err) ? error_set(err, ERROR_MEMORY, "out of memory for JSON") : rc;
}
