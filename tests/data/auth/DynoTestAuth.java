import javax.security.sasl.AuthenticationException;
import org.apache.hive.service.auth.PasswdAuthenticationProvider;

/** hive.server2.authentication=CUSTOM for tests: whoever knows the word gets in. */
public class DynoTestAuth implements PasswdAuthenticationProvider {
    @Override
    public void Authenticate(String user, String password) throws AuthenticationException {
        if (!"sesame".equals(password)) {
            throw new AuthenticationException("the word of " + user + " is wrong");
        }
    }
}
