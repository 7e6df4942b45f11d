-- Turns a call that creates a customer into an S2S conversion, inside nginx.
-- A hit stays in its location and goes to the Conversion API; everything else is handed to @customer_api with its bytes untouched.
local redis = require "nginx.redis"
local cjson = require "cjson.safe"

local decode, encode = cjson.decode, cjson.encode
local null = ngx.null
local type, next = type, next
local format, concat = string.format, table.concat
local ngx = ngx
local var = ngx.var
local now, update_time = ngx.now, ngx.update_time
local hmac_sha1, encode_base64 = ngx.hmac_sha1, ngx.encode_base64
local read_body, get_body_data, set_body_data = ngx.req.read_body, ngx.req.get_body_data, ngx.req.set_body_data
local get_method = ngx.req.get_method
local exec, header = ngx.exec, ngx.header

local settings

local _M = {}

function _M.configure(given)
    given.redis.pool = { pool_size = given.redis.pool_size }
    settings = given
end

-- An empty string is worse than an absent field (CONTRACT.md).
local function text(value)
    if type(value) == "string" and value ~= "" then
        return value
    end
end

local function read_click(customer_key)
    local client = redis:new()
    client:set_timeout(settings.redis.timeout_ms)
    local ok, err = client:connect(settings.redis.host, settings.redis.port, settings.redis.pool)
    if not ok then
        return nil, err
    end
    local value, failure = client:get("click:" .. customer_key)
    if value == nil then
        return nil, failure
    end
    client:set_keepalive(60000)
    if value == null or not value then
        return nil, "no_click"
    end
    if value:byte() == 123 then -- '{'
        return decode(value), "bad_click"
    end
    return { xid = value }
end

local function fall_back(reason)
    var.reason = reason
    return exec("@customer_api")
end

function _M.request()
    if get_method() ~= "POST" then
        return exec("@customer_api")
    end
    if var.http_authorization ~= settings.credentials then
        return fall_back("unauthorized")
    end

    read_body()
    local body = get_body_data()
    local customer = body and decode(body)
    if type(customer) ~= "table" then
        return fall_back("malformed")
    end
    local customer_key, email, partner_key = customer.customer_key, text(customer.email), text(customer.partner_key)
    if type(customer_key) ~= "string" or #customer_key == 0 or #customer_key > 255 or not email or not partner_key then
        return fall_back("incomplete")
    end

    update_time()
    local asked = now()
    local click, reason = read_click(customer_key)
    update_time()
    var.redis_ms = (now() - asked) * 1000
    var.customer_ref = encode_base64(hmac_sha1(settings.pseudonym_key, customer_key))
    if not click then
        var.outcome = "fallback"
        return fall_back(reason)
    end
    if not text(click.xid) then
        var.outcome = "fallback"
        return fall_back("bad_click")
    end
    if click.partner_key and click.partner_key ~= partner_key then
        var.outcome = "fallback"
        return fall_back("partner_mismatch")
    end

    local meta = type(customer.meta) == "table" and next(customer.meta) and customer.meta or nil
    local sub_ids = type(click.sub_ids) == "table" and click.sub_ids[1] and click.sub_ids or nil
    local name, provider_key = text(customer.name), text(customer.provider_key)
    set_body_data(encode {
        xid = click.xid,
        customer_key = customer_key,
        email = email,
        name = name,
        provider_key = provider_key,
        origin = text(click.origin),
        ip_address = text(click.ip_address),
        user_agent = text(click.user_agent),
        external_type = text(click.external_type),
        sub_ids = sub_ids,
        meta = meta,
    })

    -- Concatenated, since cjson writes an empty table as an object, and numbers slowly.
    local key = encode(customer_key)
    local created_at = format("%.0f", now() * 1000)
    ngx.ctx.answer = concat {
        '{"data":{"key":', key, ',"customer_key":', key, ',"email":', encode(email), ',"name":', encode(name or null),
        ',"provider_key":', encode(provider_key or null), ',"partner_key":', encode(partner_key), ',"partnership_key":null,"meta":',
        meta and encode(meta) or "{}", ',"test":false,"source_key":null,"source_type":null,"sub_ids":',
        sub_ids and encode(sub_ids) or "[]", ',"created_at":', created_at, ',"updated_at":', created_at,
        ',"fields":[]},"message":"Customer successfully created","status":200}',
    }
    var.outcome = "converted"
    var.xid = click.xid
    var.partner_key = partner_key
end

function _M.answer_head()
    local ctx = ngx.ctx
    local answer = ctx.answer
    if not answer then
        return
    end
    if ngx.status < 200 or ngx.status > 299 then
        var.outcome = "rejected"
        ctx.answer = nil
        return
    end
    ngx.status = 200
    header["Content-Type"] = "application/json"
    header["Content-Length"] = #answer
end

function _M.answer_body()
    local answer = ngx.ctx.answer
    if not answer then
        return
    end
    -- The Conversion API's success is empty, so there is nothing to keep of it.
    ngx.arg[1] = ngx.arg[2] and answer or nil
end

return _M
