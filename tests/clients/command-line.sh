#!/bin/sh
# Clients that are programs: CLIENT STEP LOCAL NAME.
client=$1 step=$2 local=$3 name=$4
place="$FTP_HOST:$FTP_PORT"
folder="${FTP_FOLDER:+$FTP_FOLDER/}"

curl_() {
    path=$1
    shift
    case $FTP_MODE in
        plain) scheme=ftp ;;
        explicit) scheme=ftp && set -- --ssl-reqd "$@" ;;
        implicit) scheme=ftps ;;
    esac
    curl --silent --show-error --user "$FTP_USER:$FTP_PASSWORD" --cacert "$FTP_CA" "$@" "$scheme://$place/$path"
}

lftp_() {
    case $FTP_MODE in
        plain) set="set ftp:ssl-allow no" scheme=ftp ;;
        explicit) set="set ftp:ssl-force yes" scheme=ftp ;;
        implicit) set="" scheme=ftps ;;
    esac
    lftp --norc -c "set ssl:ca-file $FTP_CA; set net:max-retries 1; $set; open $scheme://$place; user \"$FTP_USER\" \"$FTP_PASSWORD\"; ${FTP_FOLDER:+cd $FTP_FOLDER;} $1"
}

rclone_() {
    case $FTP_MODE in
        plain) set="" ;;
        explicit) set=",explicit_tls=true" ;;
        implicit) set=",tls=true" ;;
    esac
    remote=":ftp,host=$FTP_HOST,port=$FTP_PORT,user=$FTP_USER,pass=$(rclone obscure "$FTP_PASSWORD")$set:$FTP_FOLDER"
    rclone --config /dev/null --ca-cert "$FTP_CA" --low-level-retries 1 --retries 1 "$1" ${2:+"$(echo "$2" | sed "s|REMOTE|$remote|")"} ${3:+"$(echo "$3" | sed "s|REMOTE|$remote|")"}
}

wget_() {
    case $FTP_MODE in
        plain) scheme=ftp ;;
        explicit) scheme=ftps ;;
        implicit) scheme=ftps && set -- --ftps-implicit "$@" ;;
    esac
    wget --quiet --tries=1 --no-remove-listing --ca-certificate="$FTP_CA" --user="$FTP_USER" --password="$FTP_PASSWORD" "$@"
}

tnftp_() {
    [ "$FTP_MODE" = implicit ] && exit 1 # it knows no TLS, and goes on in clear text where a server lets it
    printf 'machine %s login %s password "%s"\n' "$FTP_HOST" "$FTP_USER" "$FTP_PASSWORD" > "$HOME/.netrc"
    chmod 600 "$HOME/.netrc"
    printf '%s\n' ${1:+"binary"} "${FTP_FOLDER:+cd $FTP_FOLDER}" "$1" bye |
        tnftp -v "$FTP_HOST" "$FTP_PORT" 2>&1 | tee /dev/stderr | grep -q "$2"
}

case $client-$step in
    curl-connect) curl_ "" --head --output /dev/null ;;
    curl-list) curl_ "$folder" ;;
    curl-download) curl_ "$folder$name" --output "$local" ;;
    curl-upload) curl_ "$folder$name" --upload-file "$local" ;;
    lftp-connect) FTP_FOLDER='' lftp_ "cd .; quote NOOP" ;;
    lftp-list) lftp_ "ls" ;;
    lftp-download) lftp_ "get $name -o $local" ;;
    lftp-upload) lftp_ "put $local -o $name" ;;
    rclone-connect) FTP_FOLDER='' rclone_ about REMOTE 2>&1 | grep -q "doesn't support about" ;;
    rclone-list) rclone_ lsf REMOTE ;;
    rclone-download) rclone_ copyto "REMOTE/$name" "$local" ;;
    rclone-upload) rclone_ copyto "$local" "REMOTE/$name" ;;
    wget-download)
        case $FTP_MODE in plain) wget_ "ftp://$place/$folder$name" --output-document "$local" ;; *) wget_ "ftps://$place/$folder$name" --output-document "$local" ;; esac ;;
    tnftp-connect) tnftp_ "" "^230" ;;
    tnftp-list) tnftp_ "ls" "$FTP_THERE" ;;
    tnftp-download) tnftp_ "get $name $local" "^226" ;;
    tnftp-upload) tnftp_ "put $local $name" "^226" ;;
    *) echo "$client has no $step" >&2; exit 2 ;;
esac
