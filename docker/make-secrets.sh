#!/bin/sh
# Makes what compose.yaml needs to be secret, in docker/secrets or the folder given. What is there already stays.
# The certificate is for trying out: put your own, with its key, into tls.pem.
set -eu
umask 022  # The container's user, who is not you, reads the files; nobody else enters the folder.
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

keep() { if [ -s "$1" ]; then cat > /dev/null; else cat > "$1.new" && mv "$1.new" "$1"; fi; }

openssl rand -hex 24 | keep database_password
printf 'postgresql+asyncpg://gateway:%s@postgres/titles\n' "$(cat database_password)" | keep database_url
openssl rand -hex 12 | keep consumer_key
openssl rand -hex 24 | keep consumer_secret
openssl rand -base64 32 | tr '+/' '-_' | keep session_keys
[ -s tls.pem ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
    -keyout - -out - 2>/dev/null | keep tls.pem
