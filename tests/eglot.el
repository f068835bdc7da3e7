;; Opens a note as a user of Emacs does, with the lines of the README, mends it by a code action, and says
;; what was seen. By the environment: SETUP, the README's lines; NOTE; OUT, the file for what was seen.

(package-initialize)
(require 'eglot)
(require 'json)

(defun await (what condition)
  (with-timeout (45 (error "waited in vain for %s" what))
    (while (not (funcall condition)) (accept-process-output nil 0.05))))

(defun told () (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))

(setq eglot-sync-connect 30 eglot-confirm-server-initiated-edits nil)
(load (getenv "SETUP"))
(find-file (getenv "NOTE"))
(markdown-mode)
(apply #'eglot (eglot--guess-contact))
(await "diagnostics" (lambda () (flymake-start) (flymake-diagnostics)))

(let ((seen (list (cons 'first (told)))))
  (goto-char (flymake-diagnostic-beg (car (flymake-diagnostics))))
  (cl-letf (((symbol-function 'completing-read) (lambda (_ all &rest _) (caar all)))
            ((symbol-function 'tmm-prompt) (lambda (menu &rest _) (cdr (nth 1 menu)))))
    (eglot-code-actions (point) (point) "quickfix" t))
  (await "a mended note" #'buffer-modified-p)
  (save-buffer)
  (push (cons 'mended (buffer-string)) seen)
  (await "a note without diagnostics" (lambda () (flymake-start) (not (flymake-diagnostics))))
  (with-temp-file (getenv "OUT") (insert (json-encode seen))))
(eglot-shutdown-all)
