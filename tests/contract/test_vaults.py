"""Every vault passes the one contract."""

from pathlib import Path

import pytest

from wasl.net.vault import FolderVault
from wasl.ports.vault import Vault
from wasl.testing.contracts.vaults import VaultContract
from wasl.testing.vault import MemoryVault


class TestMemoryVault(VaultContract):
    @pytest.fixture
    def vault(self) -> Vault:
        return MemoryVault()


class TestFolderVault(VaultContract):
    @pytest.fixture
    def vault(self, tmp_path: Path) -> Vault:
        return FolderVault(tmp_path / "vault")
