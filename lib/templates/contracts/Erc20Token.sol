// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title A fungible token with a fixed supply (ERC-20, errors as in ERC-6093)
/// @notice The whole supply belongs to one owner at the start; nobody can make or destroy tokens afterwards.
contract Erc20Token {
    string public name;
    string public symbol;
    /// @dev Amounts are in the smallest unit; 18 decimals, as wallets expect.
    uint8 public constant decimals = 18;
    uint256 public immutable totalSupply;

    mapping(address account => uint256 amount) public balanceOf;
    mapping(address owner => mapping(address spender => uint256 amount)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    error ERC20InvalidReceiver(address receiver);
    error ERC20InvalidSpender(address spender);

    /// @param wholeTokens supply in whole tokens, before decimals
    constructor(string memory tokenName, string memory tokenSymbol, uint256 wholeTokens, address owner) {
        if (owner == address(0)) revert ERC20InvalidReceiver(owner);
        name = tokenName;
        symbol = tokenSymbol;
        totalSupply = wholeTokens * 10 ** decimals;
        balanceOf[owner] = totalSupply;
        emit Transfer(address(0), owner, totalSupply);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        move(msg.sender, to, value);
        return true;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        if (spender == address(0)) revert ERC20InvalidSpender(spender);
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    /// @dev The highest allowance stands for "without limit" and is not counted down.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) {
            if (allowed < value) revert ERC20InsufficientAllowance(msg.sender, allowed, value);
            unchecked {
                allowance[from][msg.sender] = allowed - value;
            }
        }
        move(from, to, value);
        return true;
    }

    function move(address from, address to, uint256 value) private {
        if (to == address(0)) revert ERC20InvalidReceiver(to);
        uint256 balance = balanceOf[from];
        if (balance < value) revert ERC20InsufficientBalance(from, balance, value);
        // The supply is fixed, so no sum of balances can pass 2^256.
        unchecked {
            balanceOf[from] = balance - value;
            balanceOf[to] += value;
        }
        emit Transfer(from, to, value);
    }
}
