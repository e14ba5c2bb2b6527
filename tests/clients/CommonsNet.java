// Apache Commons Net, as its own example uses it: PROT P and passive mode.
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPClient;
import org.apache.commons.net.ftp.FTPFile;
import org.apache.commons.net.ftp.FTPReply;
import org.apache.commons.net.ftp.FTPSClient;

public class CommonsNet {
    static void must(boolean done, FTPClient ftp) {
        if (!done) throw new IllegalStateException(ftp.getReplyString());
    }

    public static void main(String[] words) throws Exception {
        String step = words[0], local = words[1], name = words[2], mode = System.getenv("FTP_MODE");
        FTPClient ftp = mode.equals("plain") ? new FTPClient() : new FTPSClient(mode.equals("implicit"));
        ftp.connect(System.getenv("FTP_HOST"), Integer.parseInt(System.getenv("FTP_PORT")));
        must(FTPReply.isPositiveCompletion(ftp.getReplyCode()), ftp);
        must(ftp.login(System.getenv("FTP_USER"), System.getenv("FTP_PASSWORD")), ftp);
        if (ftp instanceof FTPSClient) {
            ((FTPSClient) ftp).execPBSZ(0);
            ((FTPSClient) ftp).execPROT("P");
        }
        if (step.equals("connect")) System.exit(0);
        ftp.enterLocalPassiveMode();
        ftp.setFileType(FTP.BINARY_FILE_TYPE);
        String folder = System.getenv("FTP_FOLDER");
        if (!folder.isEmpty()) must(ftp.changeWorkingDirectory(folder), ftp);
        switch (step) {
            case "list":
                for (FTPFile file : ftp.listFiles()) System.out.println(file.getName());
                break;
            case "download":
                try (OutputStream out = new FileOutputStream(local)) {
                    must(ftp.retrieveFile(name, out), ftp);
                }
                break;
            case "upload":
                try (InputStream in = new FileInputStream(local)) {
                    must(ftp.storeFile(name, in), ftp);
                }
                break;
            default:
        }
        System.exit(0);
    }
}
