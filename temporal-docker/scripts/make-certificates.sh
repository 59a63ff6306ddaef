#!/bin/sh
# make-certificates.sh <folder>: an authority of our own, a certificate for the server (`temporal`,
# `localhost`) and one for its callers, for the TLS variant. Refuses to overwrite.
set -eu

folder=${1:?names no folder}
days=${DAYS:-825}
[ ! -e "$folder/ca.key" ] || { echo "$folder has certificates already" >&2; exit 1; }
mkdir -p "$folder"
chmod 755 "$folder"
cd "$folder"

openssl req -x509 -newkey rsa:3072 -sha256 -noenc -days "$days" \
  -subj '/CN=DreamCore Temporal authority' -keyout ca.key -out ca.pem

# sign <name> <common name> <extended key usage> <alternative names>
sign() {
  openssl req -newkey rsa:3072 -sha256 -noenc -subj "/CN=$2" -keyout "$1.key" -out "$1.csr"
  printf 'extendedKeyUsage=%s\nsubjectAltName=%s\n' "$3" "$4" >"$1.ext"
  openssl x509 -req -sha256 -days "$days" -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial \
    -extfile "$1.ext" -out "$1.pem"
  rm "$1.csr" "$1.ext"
}

# Parts of the server call each other: its certificate is a client's as well.
sign server temporal serverAuth,clientAuth DNS:temporal,DNS:localhost,IP:127.0.0.1
sign client dreamcore clientAuth DNS:dreamcore

# The containers run as user 1000 and read them; the authority's key stays with whoever made it.
chmod 600 ca.key
chmod 640 server.key client.key
if [ "$(id -u)" -eq 0 ]; then
  chown 0:1000 server.key client.key
else
  chgrp 1000 server.key client.key 2>/dev/null || chmod 644 server.key client.key
fi
echo "Certificates for $days days in $folder; keep ca.key elsewhere."
