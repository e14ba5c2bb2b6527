# Net::FTP of Ruby.
require "net/ftp"

step, local, name = ARGV
mode = ENV["FTP_MODE"]
abort "no implicit TLS" if mode == "implicit"
options = { port: ENV["FTP_PORT"].to_i, username: ENV["FTP_USER"], password: ENV["FTP_PASSWORD"] }
options[:ssl] = { ca_file: ENV["FTP_CA"] } if mode == "explicit"
ftp = Net::FTP.new(ENV["FTP_HOST"], options)
ftp.chdir(ENV["FTP_FOLDER"]) if step != "connect" && !ENV["FTP_FOLDER"].empty?
case step
when "list" then puts ftp.list
when "download" then ftp.getbinaryfile(name, local)
when "upload" then ftp.putbinaryfile(local, name)
end
$stdout.flush
exit! 0
