"""An attack on the kernel: random and mutated certificates, generators and witnesses, each acceptance
compared with exact evaluation on concrete vectors.

    python -m tests.attack --n 100000        # all that is accepted must be true
    python -m tests.attack --plant           # with faults put into the kernel: each must be found

    exact       an evaluator that shares the term tree with the kernel, and nothing else
    forging     statements with certificates, made so that many would prove what is false
    judging     what the kernel accepts, held against the evaluator
    planting    single-line faults, to show that the attack can find one
"""
