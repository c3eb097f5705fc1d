//! What is done on many pages: signing in, reading large letters.

use anyhow::{Result, ensure};

use super::Browser;

impl Browser {
    /// Fills a page's sign-in form and sends it.
    ///
    /// # Errors
    /// The page has none within 20 s.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<()> {
        self.fill("input[type=email]", email).await?;
        self.fill("input[type=password]", password).await?;
        self.click("form .btn.main").await
    }

    /// Leaves the page for another one of the same server, and is there when that is loaded.
    ///
    /// # Errors
    /// It isn't within 20 s.
    pub async fn leave_for(&self, path: &str) -> Result<()> {
        self.eval(&format!("window.isLeft = true; location.href = {path:?}")).await?;
        self.until(path, "return !window.isLeft && document.readyState === 'complete'").await.map(drop)
    }

    /// Doubles the text of the page, as a person's setting does.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn double_the_text(&self) -> Result<()> {
        self.eval("document.documentElement.style.fontSize = '200%'").await.map(drop)
    }

    /// The text is as large again as the page has it.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn text_as_usual(&self) -> Result<()> {
        self.eval("document.documentElement.style.fontSize = ''").await.map(drop)
    }

    /// Keeps a picture of the page, which must not reach beyond its right edge.
    ///
    /// # Errors
    /// It does: what is there is named.
    pub async fn fits(&self, name: &str) -> Result<()> {
        // WebKit draws some frames later than it knows of what is on the page.
        self.eval_async("requestAnimationFrame(() => requestAnimationFrame(() => done()))").await?;
        self.keep_picture(name).await?;
        let beyond = "return document.documentElement.scrollWidth <= innerWidth ? [] :
            [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                .slice(0, 5).map(e => `${e.tagName}.${e.className}`)";
        let beyond = self.eval(beyond).await?;
        ensure!(beyond.as_array().is_some_and(Vec::is_empty), "{name} is too wide: {beyond}");
        Ok(())
    }
}
